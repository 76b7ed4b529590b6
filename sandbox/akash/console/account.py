"""The user of the API key, and the wallet that the Console keeps for it."""

import uuid
from typing import Any

from ..state import State
from .refusals import unfit
from .wallet import Wallet

CREATED = "2026-11-21T00:00:00.000Z"
TOP_UP_USD = 20


def user(wallet: Wallet) -> dict[str, Any]:
    """`GET /v1/user/me`; its `id` is what wallets are found by."""
    told = {
        "id": wallet.user_id,
        "userId": f"sandbox|{wallet.user_id}",
        "username": "sandbox",
        "email": "sandbox@sandbox.invalid",
        "emailVerified": True,
        "stripeCustomerId": None,
        "bio": None,
        "subscribedToNewsletter": False,
        "youtubeUsername": None,
        "twitterUsername": None,
        "githubUsername": None,
    }
    return {"data": told}


def wallets(wallet: Wallet, state: State, user_id: str | None) -> dict[str, Any]:
    """`GET /v1/wallets?userId=`, which is needed; another user's are not shown."""
    try:
        asked = str(uuid.UUID(user_id or ""))
    except ValueError as error:
        raise unfit(("userId",), "Required" if user_id is None else "Invalid uuid") from error
    return {"data": [_wallet(wallet, state)] if asked == wallet.user_id else []}


def _wallet(wallet: Wallet, state: State) -> dict[str, Any]:
    return {
        "id": 1,
        "userId": wallet.user_id,
        "creditAmount": state.account(wallet.address).balances.get("uact", 0) / 1_000_000,
        "address": wallet.address,
        "denom": "uact",
        "isTrialing": False,
        "topUpMinAmountUsd": TOP_UP_USD,
        "createdAt": CREATED,
    }
