/// One provider's part of a document. The text around its values is rendered once.
struct DocumentSection: Sendable {
    struct Key: Sendable {
        let name: String
        let isPublic: Bool
        /// `,"sessions":`
        let json: [UInt8]
        /// `"database:sessions":[{"componentType":"component","observedValue":`
        let healthJSON: [UInt8]
        /// `"sessions":[{"observedValue":`, which does not name the provider.
        let publicHealthJSON: [UInt8]
        /// `,"observedUnit":"s"`, or nothing.
        let unit: [UInt8]
    }

    enum Source: Sendable {
        case check(ProviderCheck)
        case readings([@Sendable () -> HealthValue])
    }

    let source: Source
    let keys: [Key]
    /// `"database":{"status":"`
    let checkHead: [UInt8]
    /// `"database:responseTime":[{"componentType":"component","observedValue":`, for a check without keys. The draft
    /// defines the name `responseTime`.
    let timeHead: [UInt8]

    init(_ provider: SnapshotProvider, source: Source, publicKeys: Set<[UInt8]>) {
        self.source = source
        keys = provider.keys.map { key in
            Key(
                name: key,
                isPublic: publicKeys.contains(Array(key.utf8)),
                json: Self.text { $0.write(",") } + Self.text(key) + Self.text { $0.write(":") },
                healthJSON: Self.measurement(key, of: provider),
                publicHealthJSON: Self.text(key) + Self.text { $0.write(":[{\"observedValue\":") },
                unit: Self.unit(of: key, in: provider)
            )
        }
        checkHead = Self.text(provider.name) + Self.text { $0.write(":{\"status\":\"") }
        timeHead = Self.measurement("responseTime", of: provider)
    }

    private static func measurement(_ name: String, of provider: SnapshotProvider) -> [UInt8] {
        text("\(provider.name):\(name)") + text { $0.write(":[{\"componentType\":") }
            + text(provider.componentType.description) + text { $0.write(",\"observedValue\":") }
    }

    private static func unit(of key: String, in provider: SnapshotProvider) -> [UInt8] {
        // Compared by bytes, like all keys.
        guard let unit = provider.units.first(where: { $0.key.utf8.elementsEqual(key.utf8) })?.value else { return [] }
        return text { $0.write(",\"observedUnit\":") } + text(unit)
    }

    private static func text(_ string: String) -> [UInt8] {
        text { $0.write(string: string) }
    }

    private static func text(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }

    /// A provider's state in a document.
    struct State {
        let section: DocumentSection
        /// Nil for a read-only provider.
        let view: CheckState.View?
        /// Nil if there are no values to show.
        let values: [[UInt8]]?
    }

    func state(at asked: Duration) -> State {
        switch source {
        case .check(let check):
            let view = check.view(at: asked)
            return State(section: self, view: view, values: view.values)
        case .readings(let readings):
            return State(section: self, view: nil, values: readings.map { JSONWriter.rendered($0()) })
        }
    }
}
