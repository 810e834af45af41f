/// One provider's part of a document. The text around its values is made once.
struct DocumentSection: Sendable {
    struct Key: Sendable {
        let isPublic: Bool
        /// `,"sessions":`
        let json: [UInt8]
        /// `"database:sessions":[{"observedValue":`
        let healthJSON: [UInt8]
    }

    enum Source: Sendable {
        case check(ProviderCheck)
        case readings([@Sendable () -> HealthValue])
    }

    let source: Source
    let keys: [Key]
    /// `"database":{"status":"`
    let checkHead: [UInt8]
    /// `"database:responseTime":[{"observedValue":`, for a check without keys. The draft's own name for it.
    let timeHead: [UInt8]

    init(_ provider: SnapshotProvider, source: Source, publicKeys: Set<[UInt8]>) {
        self.source = source
        keys = provider.keys.map { key in
            Key(
                isPublic: publicKeys.contains(Array(key.utf8)),
                json: Self.text { $0.write(",") } + Self.text(key) + Self.text { $0.write(":") },
                healthJSON: Self.measurement(key, of: provider.name)
            )
        }
        checkHead = Self.text(provider.name) + Self.text { $0.write(":{\"status\":\"") }
        timeHead = Self.measurement("responseTime", of: provider.name)
    }

    private static func measurement(_ name: String, of component: String) -> [UInt8] {
        text("\(component):\(name)") + text { $0.write(":[{\"observedValue\":") }
    }

    private static func text(_ string: String) -> [UInt8] {
        text { $0.write(string: string) }
    }

    private static func text(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }

    /// What a document says of the provider.
    struct State {
        let section: DocumentSection
        /// Nil for one that only reads.
        let view: CheckState.View?
        /// Nil where there are none to show.
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
