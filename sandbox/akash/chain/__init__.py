"""The chain's REST face: queries with paging, simulation, broadcast (grpc-gateway of cosmos-sdk 0.53)."""
