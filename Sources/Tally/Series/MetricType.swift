/// A type of metric in the formats of Prometheus.
///
/// Messages: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
struct MetricType: Sendable, Equatable {
    /// The name in text and, in upper case, in JSON.
    let text: String
    /// The number in a family's message.
    let number: UInt64
    /// The field of a metric's message that holds the value's message.
    let field: Int
    /// The field of the value's message that holds the start time. Nil if the type has none.
    let startField: Int?

    static let counter = MetricType(text: "counter", number: 0, field: 3, startField: 3)
    static let gauge = MetricType(text: "gauge", number: 1, field: 2, startField: nil)
    static let histogram = MetricType(text: "histogram", number: 4, field: 7, startField: 15)
}
