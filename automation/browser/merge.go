package browser

import "context"

// merge returns a context that ends with ctx or with the other one, and then
// has the cause of the one that ended first.
func merge(ctx, other context.Context) (context.Context, context.CancelFunc) {
	merged, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return merged, func() { stop(); cancel(nil) }
}
