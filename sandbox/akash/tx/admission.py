"""What a transaction must have before a node lets it wait for a block (cosmos-sdk: x/auth/ante)."""

from decimal import ROUND_UP, Decimal

import msgspec

from .. import bank
from ..bech32 import address_of_key
from ..refusals import sdk
from ..rows import Account
from ..state import State
from .decoding import SIGN_MODE_DIRECT, Tx
from .messages import Message
from .schema import message_class

CHAIN_ID = "ampacity-sandbox-1"
"""Of no network that anybody runs: what is signed for it is worth nothing elsewhere."""
FEE_DENOM = "uakt"
MIN_GAS_PRICE = Decimal("0.025")
MAX_MEMO = 256

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def admit(state: State, tx: Tx, messages: list[Message], *, ahead: int = 0, simulate: bool = False) -> None:
    """Check all of it, take the fee, and count the sequence on.

    `ahead` transactions of the signer already wait. A simulation needs neither fee nor signature.
    """
    signer = _signer(messages)
    account = state.account(signer)
    if tx.timeout_height and state.height > tx.timeout_height:
        raise sdk(30, f"block height: {state.height}, timeout height: {tx.timeout_height}: tx timeout height")
    if len(tx.memo) > MAX_MEMO:
        raise sdk(12, f"maximum number of characters is {MAX_MEMO} but received {len(tx.memo)}: memo too large")
    if not simulate:
        _check_fee(tx)
    key = _key_of(account, tx)
    expected = account.sequence + ahead
    if tx.sequence != expected:
        raise sdk(32, f"account sequence mismatch, expected {expected}, got {tx.sequence}: incorrect account sequence")
    if not simulate:
        _check_signature(account, tx, key)
        for coin in tx.fee:
            bank.credit(state, signer, coin.denom, -int(coin.amount))
    signed = msgspec.structs.replace(state.account(signer), sequence=account.sequence + 1, public_key=key)
    state.accounts[signer] = signed


def _signer(messages: list[Message]) -> str:
    signers = {message.signer for message in messages}
    if len(signers) != 1:
        raise sdk(4, f"wrong number of signers; expected {len(signers)}, got 1: unauthorized")
    return signers.pop()


def _check_fee(tx: Tx) -> None:
    least = (MIN_GAS_PRICE * tx.gas_limit).to_integral_value(ROUND_UP)
    paid = sum((coin.amount for coin in tx.fee if coin.denom == FEE_DENOM), Decimal(0))
    if tx.gas_limit == 0:
        raise sdk(18, "must provide positive gas: invalid request")
    if paid < least:
        raise sdk(13, f"insufficient fees; got: {paid}{FEE_DENOM} required: {least}{FEE_DENOM}: insufficient fee")


def _key_of(account: Account, tx: Tx) -> bytes:
    """The key that comes along, which must be the account's; or the one known from before."""
    key = tx.public_key or account.public_key
    if key is None:
        raise sdk(8, "PubKey not found: invalid pubkey")
    if address_of_key(key) != account.address:
        raise sdk(8, f"pubKey does not match signer address {account.address}: invalid pubkey")
    return key


def _check_signature(account: Account, tx: Tx, key: bytes) -> None:
    if tx.mode != SIGN_MODE_DIRECT:
        raise sdk(18, "only the sign mode DIRECT is understood here: invalid request")
    document = message_class("SignDoc")(
        body_bytes=tx.body, auth_info_bytes=tx.auth_info, chain_id=CHAIN_ID, account_number=account.number
    )
    if not _verifies(key, tx.signature, document.SerializeToString(deterministic=True)):
        raise sdk(
            4,
            f"signature verification failed; please verify account number ({account.number}),"
            f" sequence ({account.sequence}) and chain-id ({CHAIN_ID}): unauthorized",
        )


def _verifies(key: bytes, signature: bytes, document: bytes) -> bool:
    """Sixty-four bytes, r and s, over the SHA-256 of the document; a high s is not accepted."""
    from coincurve import PublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if len(signature) != 64 or not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
        return False
    try:
        return PublicKey(key).verify(encode_dss_signature(r, s), document)
    except ValueError:
        return False
