// error: 'draining(for:)' is unavailable: a Healthcheck is a Service only with the package trait 'ServiceLifecycle'
// A service that would never drain.
import TallyHealthcheck

func service(of healthcheck: Healthcheck) {
    _ = healthcheck.draining(for: .seconds(5))
}
