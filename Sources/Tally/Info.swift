/// Facts about the process, such as its version, exposed as the labels of a series with the value 1.
///
/// ```swift
/// Info("chat_build", help: "What is running.", labels: ["version": "1.4.2"], in: registry)
/// ```
///
/// `_info` is appended to the name if it is missing. Registering it again replaces the label values.
public struct Info: Sendable {
    /// Registers the facts. Traps if the name or a label name is invalid, or if the name has another definition.
    @discardableResult
    public init(
        _ name: StaticString,
        help: String,
        labels: KeyValuePairs<StaticString, String>,
        in registry: MetricRegistry
    ) {
        self = RegistrationError.trapping { () throws(RegistrationError) in
            try Info(validating: "\(name)", help: help, labels: labels.map { ("\($0.key)", $0.value) }, in: registry)
        }
    }

    /// Registers facts under names that are known only at run time. Throws instead of trapping.
    @discardableResult
    public init(
        validating name: String,
        help: String,
        labels: [(name: String, value: String)],
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let request = FamilyRequest(name, help, Self.layout, labels.map(\.name))
        try registry.register(request).replaceAll(with: labels.map(\.value))
    }

    static let layout = InstrumentLayout(
        kind: "info",
        type: .gauge,
        openMetricsType: "info",
        nameSuffix: "_info",
        hasUnit: false,
        values: .constant(1)
    )
}
