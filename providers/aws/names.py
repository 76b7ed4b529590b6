"""What this seller and its tags are called."""

PROVIDER = "aws"

TAG_PREFIX = "ampacity:"
TAG_DEPLOYMENT = TAG_PREFIX + "deployment"
TAG_TOKEN = TAG_PREFIX + "token"
TAG_ENDS_AT = TAG_PREFIX + "ends-at"
TAG_USD_PER_HOUR = TAG_PREFIX + "usd-per-hour"
