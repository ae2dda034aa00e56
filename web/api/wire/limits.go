package wire

// The limits of CONTRACT §3. Those of metadata's keys and values are Stripe's.
const (
	MaxOperations     = 20
	MaxExternalUserID = 255
	MaxUserLabel      = 64
	MaxMetadata       = 20
	MaxMetadataKey    = 40
	MaxMetadataValue  = 500
	MaxLocale         = 35   // RFC 5646, section 4.4.1
	MaxURL            = 2048 // bytes: what every browser takes

	DefaultLifetime      = 14_400 // seconds
	MaxLifetime          = 2_592_000
	MaxSensitiveLifetime = 86_400
)

// MaxBody is how large the body of a request or a message may be, in bytes.
const MaxBody = 64 << 10
