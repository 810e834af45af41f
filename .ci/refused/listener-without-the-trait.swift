// error: 'MetricsListener' is unavailable: MetricsListener needs the package trait 'Listener'
// A listener that would never listen.
import Tally
import TallyListener

let listener = MetricsListener(registry: MetricRegistry(), port: 9464)
