/// The request metrics of an HTTP server, under the names of OpenTelemetry's semantic conventions, for any framework.
///
/// ```swift
/// let http = HTTPServerMetrics(in: registry, routes: ["/", "/users/{id}"])
/// let call = http.start(method: request.method, scheme: .https)
/// call.finish(route: "/users/{id}", status: 200)
/// ```
///
/// The histogram `http_server_request_duration_seconds` has the labels `http_request_method`, `http_route`,
/// `http_response_status_code`, `error_type` and `url_scheme`. Its `_count` is the number of requests. The gauge
/// `http_server_active_requests` has the labels `http_request_method` and `url_scheme`. With `bodySizes`, there are
/// also the histograms `http_server_request_body_size_bytes` and `http_server_response_body_size_bytes`, with the
/// labels of the duration.
///
/// **Labels.** Clients cannot create series. The method is one of the standard ones, or `_OTHER`. The status is exact
/// from 100 to 599, and otherwise 0. `error_type` is empty if the request succeeded. Otherwise it is a status of 500 or
/// more, or a ``RequestError``.
///
/// **Limits.** The label sets of `routes`, and those without a route, do not count towards `maxChildren`. Their counts
/// stay exact even if an adapter passes paths as routes.
///
/// Copies of a value count into the same series. The registry does not prefix the names, because they are standard.
///
/// https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-server
public struct HTTPServerMetrics: Sendable {
    let instruments: Instruments

    /// The scheme of a request's URL: the label `url_scheme`.
    public enum Scheme: String, LabelValue {
        /// HTTP without TLS.
        case http
        /// HTTP over TLS.
        case https
    }

    /// Registers the metrics, or returns the registered ones. Traps if a name has another definition.
    ///
    /// - Parameters:
    ///   - registry: The registry that exposes the metrics.
    ///   - routes: The templates of the host's routes, spelled as you pass them to `finish`. A further registration
    ///     adds its routes.
    ///   - bodySizes: True to measure the sizes of bodies, too.
    ///   - maxChildren: The maximum number of label sets of other routes in each metric.
    public init(
        in registry: MetricRegistry,
        routes: [String] = [],
        bodySizes: Bool = false,
        maxChildren: Int = 10_000
    ) {
        self.init(in: registry, durations: Histogram.layout(.http), routes, bodySizes, maxChildren)
    }

    init(
        in registry: MetricRegistry,
        durations: InstrumentLayout,
        _ routes: [String],
        _ bodySizes: Bool,
        _ maxChildren: Int
    ) {
        instruments = Instruments(in: registry, durations, routes, bodySizes, maxChildren)
    }

    /// Starts the measurement of a request, and counts it as in flight. Lock-free; allocates the call.
    ///
    /// - Parameters:
    ///   - method: The method as received, in the client's spelling.
    ///   - scheme: The scheme of the connection. Do not trust a header such as `X-Forwarded-Proto` unless a proxy sets
    ///     it.
    public func start(method: String, scheme: Scheme) -> Call {
        Call(instruments, ActiveRequestLabels(method: RequestMethod(method), scheme: scheme))
    }

    /// Shared by all calls, each of which holds one reference.
    final class Instruments: Sendable {
        let durations: Family<RequestLabels, Histogram>
        let active: Family<ActiveRequestLabels, Gauge>
        let requestSizes: Family<RequestLabels, Histogram>?
        let responseSizes: Family<RequestLabels, Histogram>?
        let context: RegistryContext

        init(
            in registry: MetricRegistry,
            _ duration: InstrumentLayout,
            _ routes: [String],
            _ bodySizes: Bool,
            _ maxChildren: Int
        ) {
            func histograms(
                _ name: String,
                _ help: String,
                _ layout: InstrumentLayout
            ) -> Family<RequestLabels, Histogram> {
                let request = FamilyRequest(
                    standard: "http_server_\(name)",
                    help,
                    layout,
                    maxChildren: maxChildren,
                    isMirrored: false
                )
                let family = Family<RequestLabels, Histogram>(literal: request, in: registry)
                family.reserve(routes + [""], ofLabel: RequestLabels.routeName)
                return family
            }
            durations = histograms("request_duration_seconds", "Duration of HTTP server requests.", duration)
            active = Family(
                literal: FamilyRequest(
                    standard: "http_server_active_requests",
                    "Number of active HTTP server requests.",
                    // Every request updates it twice, on whichever core.
                    Gauge._kind.layout(isContended: true),
                    isMirrored: false
                ),
                in: registry
            )
            let size = Histogram.layout(.bytes)
            requestSizes =
                bodySizes ? histograms("request_body_size_bytes", "Size of HTTP server request bodies.", size) : nil
            responseSizes =
                bodySizes ? histograms("response_body_size_bytes", "Size of HTTP server response bodies.", size) : nil
            context = registry.context
        }
    }
}

/// The labels of a finished request.
struct RequestLabels: LabelSet {
    var method: RequestMethod
    var route: String
    /// 0 if no status was sent, or an invalid one.
    var status: UInt16
    var error: ErrorType
    var scheme: HTTPServerMetrics.Scheme

    static let routeName = "http_route"
    static let schema: [Label<Self>] = [
        Label("http_request_method", \.method), Label("http_route", \.route),
        Label("http_response_status_code", \.status), Label("error_type", \.error), Label("url_scheme", \.scheme),
    ]
}

/// The labels of a request in flight.
struct ActiveRequestLabels: LabelSet {
    var method: RequestMethod
    var scheme: HTTPServerMetrics.Scheme

    static let schema: [Label<Self>] = [Label("http_request_method", \.method), Label("url_scheme", \.scheme)]
}
