"""The sandbox's throw-away wallet, and the policy of one that trusts it."""

import secrets

from ..access.keystore import LIGHT_SCRYPT_N, create_keystore
from ..access.policy import Policy, Wallet, encode_policy
from ..core.files import write_atomic
from ..sandbox import SandboxLayout

NAME = "sandbox"
CHAIN_ID = 1


def ensure_wallet(layout: SandboxLayout) -> None:
    """Make the wallet, its password file and the policy, once a sandbox."""
    if layout.policy.exists():
        return
    password = secrets.token_hex(16)
    write_atomic(layout.password, f"{password}\n".encode(), mode=0o600)
    (layout.keystores / f"{NAME}.json").unlink(missing_ok=True)
    made = create_keystore(layout.keystores, NAME, password, scrypt_n=LIGHT_SCRYPT_N)
    wallet = Wallet(name=NAME, address=str(made.address))
    policy = Policy(schema_="ampacity.policy/1", required=1, chain_id=CHAIN_ID, max_age_hours=24, wallets=(wallet,))
    write_atomic(layout.policy, encode_policy(policy))
