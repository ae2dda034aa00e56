package wire

// The headers that tell a merchant how many requests its key has left, and in
// how many seconds it has all of them again.
const (
	RateLimitHeader     = "RateLimit-Limit"
	RateRemainingHeader = "RateLimit-Remaining"
	RateResetHeader     = "RateLimit-Reset"
)
