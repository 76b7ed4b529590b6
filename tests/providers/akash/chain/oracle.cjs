// Makes the bytes in test_chain_messages.py anew, by the network's own SDK and cosmjs:
//   npm install --ignore-scripts @akashnetwork/chain-sdk@1.0.0-alpha.25 && node oracle.cjs
// in a folder of its own that this file was copied to.
const sdk = "@akashnetwork/chain-sdk/private-types/";
const { MsgAccountDeposit } = require(sdk + "akash.v1");
const { MsgCreateDeployment, MsgCloseDeployment } = require(sdk + "akash.v1beta4");
const { MsgCreateLease } = require(sdk + "akash.v1beta5");
const { TxBody, AuthInfo, TxRaw, SignDoc } = require(sdk + "cosmos.v1beta1");
const { PubKey } = require(sdk + "cosmos.secp256k1");
const owner = "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0";
const provider = "akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp";
const dseq = 4503599627370495;
const text = (value) => new TextEncoder().encode(value);
const show = (name, type, value) => {
  const bytes = type.encode(type.fromPartial(value)).finish();
  console.log(name, Buffer.from(bytes).toString("hex"));
  return bytes;
};
const close = show("close", MsgCloseDeployment, { id: { owner, dseq } });
show("lease", MsgCreateLease, { bidId: { owner, dseq, gseq: 1, oseq: 2, provider, bseq: 3 } });
show("deposit", MsgAccountDeposit, {
  signer: owner, id: { scope: 1, xid: `${owner}/${dseq}` },
  deposit: { amount: { denom: "uact", amount: "31380000" }, sources: [1] },
});
show("create", MsgCreateDeployment, {
  id: { owner, dseq },
  groups: [{
    name: "ampacity-test",
    requirements: {
      signedBy: { allOf: [], anyOf: [provider] },
      attributes: [{ key: "host", value: "akash" }],
    },
    resources: [{
      resource: {
        id: 1,
        cpu: { units: { val: text("16000") }, attributes: [] },
        memory: { quantity: { val: text("68719476736") }, attributes: [] },
        storage: [{ name: "default", quantity: { val: text("107374182400") }, attributes: [{ key: "persistent", value: "false" }] }],
        gpu: { units: { val: text("2") }, attributes: [{ key: "vendor/nvidia/model/h100/ram/80Gi/interface/sxm", value: "true" }] },
        endpoints: [{ kind: 1, sequenceNumber: 0 }, { kind: 2, sequenceNumber: 7 }],
      },
      count: 1,
      price: { denom: "uact", amount: "4268.5" },
    }],
  }],
  hash: Uint8Array.from({ length: 32 }, (_, index) => index),
  deposit: { amount: { denom: "uact", amount: "5000000" }, sources: [1] },
});
const bodyBytes = show("body", TxBody, {
  messages: [{ typeUrl: "/akash.deployment.v1beta4.MsgCloseDeployment", value: close }],
  timeoutHeight: 27652349,
});
const key = PubKey.encode(PubKey.fromPartial({ key: Buffer.from("024f4e2ad99c34d60b9ba6283c9431a8418af8673212961f97a77b6377fcd05b62", "hex") })).finish();
const authInfoBytes = show("auth", AuthInfo, {
  signerInfos: [{ publicKey: { typeUrl: "/cosmos.crypto.secp256k1.PubKey", value: key }, modeInfo: { single: { mode: 1 } }, sequence: 5 }],
  fee: { amount: [{ denom: "uakt", amount: "3250" }], gasLimit: 130000 },
});
const doc = show("sign", SignDoc, { bodyBytes, authInfoBytes, chainId: "akashnet-2", accountNumber: 42 });
(async () => {
  const { DirectSecp256k1HdWallet } = require("@cosmjs/proto-signing");
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic("abandon ".repeat(11) + "about", { prefix: "akash" });
  const { signature } = await wallet.signDirect(owner, { bodyBytes, authInfoBytes, chainId: "akashnet-2", accountNumber: 42n });
  show("raw", TxRaw, { bodyBytes, authInfoBytes, signatures: [Buffer.from(signature.signature, "base64")] });
})();
