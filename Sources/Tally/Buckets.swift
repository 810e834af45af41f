/// The inclusive upper bounds of a histogram's buckets. Tally appends `+Inf`.
///
/// Registration fails unless the bounds are finite, ascending, and at most ``maxCount``. A final infinity is ignored.
public struct Buckets: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// The bounds as given.
    public let bounds: [Double]

    /// The maximum number of bounds. Registration fails beyond it.
    public static let maxCount = 512

    /// Creates buckets from bounds in ascending order.
    public init(_ bounds: [Double]) {
        self.bounds = bounds
    }

    /// Creates buckets from durations in ascending order, for a histogram in seconds:
    /// `Buckets([.milliseconds(5), .seconds(1)])`.
    public init(_ bounds: [Duration]) {
        self.init(bounds.map(\.inSeconds))
    }

    /// Creates buckets from bounds in ascending order.
    public init(arrayLiteral elements: Double...) {
        self.init(elements)
    }

    /// Eleven bounds from 5 milliseconds to 10 seconds, in seconds: the usual defaults of client libraries.
    public static let latency: Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// Fourteen bounds from 5 milliseconds to 10 seconds, in seconds: those of OpenTelemetry's HTTP metrics.
    ///
    /// https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration
    public static let http: Buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

    /// Ten bounds from 256 bytes to 64 MiB, each four times the last, for sizes in bytes.
    public static let bytes = exponential(start: 256, factor: 4, count: 10)

    /// Thirteen powers of ten from 0.001 to 1,000,000,000, for values of unknown magnitude.
    public static let decades: Buckets = [0.001, 0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    /// Evenly spaced bounds: `start`, `start + width`, and so on.
    public static func linear(start: Double, width: Double, count: Int) -> Buckets {
        Buckets((0..<min(max(0, count), maxCount + 1)).map { start + Double($0) * width })
    }

    /// Bounds that increase by a factor: `start`, `start * factor`, and so on.
    public static func exponential(start: Double, factor: Double, count: Int) -> Buckets {
        var bound = start
        return Buckets(
            (0..<min(max(0, count), maxCount + 1)).map { _ in
                defer { bound *= factor }
                return bound
            }
        )
    }

    /// The bounds without a final infinity, and with `0.0` for `-0.0`.
    var finite: [Double] {
        let finite = bounds.last == .infinity ? bounds.dropLast() : bounds[...]
        return finite.prefix(Self.maxCount + 1).map { $0 == 0 ? 0 : $0 }
    }

    func validate(for name: String) throws(RegistrationError) {
        let finite = finite
        guard finite.count <= Self.maxCount else {
            throw RegistrationError(.invalidBuckets, name, "has more than \(Self.maxCount) bucket bounds: remove some")
        }
        for (index, bound) in finite.enumerated() {
            guard bound.isFinite else {
                let problem = "has the bucket bound \(bound), which is not finite: remove it"
                throw RegistrationError(.invalidBuckets, name, problem)
            }
            guard index == 0 || finite[index - 1] < bound else {
                let problem = "has the bucket bound \(bound) after \(finite[index - 1])"
                throw RegistrationError(.invalidBuckets, name, "\(problem): bounds must be in ascending order")
            }
        }
    }
}
