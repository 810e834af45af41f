/// Facts about the process as labels of a series that is always 1: version, revision, build.
///
/// ```swift
/// Info("chat_build", help: "What is running.", labels: ["version": "1.4.2"], in: registry)
/// ```
///
/// `_info` is added to the name where it lacks it. Registered again with other values, these take the place of the old
/// ones.
public struct Info: Sendable {
    /// Registers facts. Label names are literals; a wrong one traps and is named.
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

    /// Registers facts whose names come at run time.
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
        type: "gauge",
        openMetricsType: "info",
        nameSuffix: "_info",
        hasUnit: false,
        values: .constant(1)
    )
}
