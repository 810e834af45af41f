#if Docker
extension EngineContainer {
    private struct Entry: Decodable {
        var id: String
        var names: EngineJSON.Lenient<[String]>?
        var image: EngineJSON.Lenient<String>?
        var labels: EngineJSON.Lenient<[String: String]>?
        var state: EngineJSON.Lenient<String>?
        var status: EngineJSON.Lenient<String>?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case names = "Names"
            case image = "Image"
            case labels = "Labels"
            case state = "State"
            case status = "Status"
        }
    }

    /// A container, and its state when it was listed.
    struct Listed {
        let container: EngineContainer
        let state: String
        /// The result of its health check; nil if it has none.
        let health: String?
        /// True if it was started less than a minute ago.
        let isFresh: Bool

        var isRunning: Bool { state == "running" }
        /// Paused containers have usage too.
        var hasUsage: Bool { state == "running" || state == "paused" }

        var details: [SampleDetail] {
            [SampleDetail(.state, [state], 1)] + (health.map { [SampleDetail(.health, [$0], 1)] } ?? [])
        }
    }

    private static let states: Set<String> = ["running", "paused", "restarting"]

    /// The containers of a list that are not stopped, each once.
    static func list(_ body: [UInt8]) throws(SourceError) -> [Listed] {
        var seen: Set<String> = []
        return try EngineJSON.decode([EngineJSON.Lenient<Entry>].self, from: body).compactMap { entry in
            guard let entry = entry.value, isID(entry.id), seen.insert(entry.id).inserted else { return nil }
            let state = entry.state?.value?.lowercased() ?? "running"
            guard states.contains(state) else { return nil }
            let name = name(of: entry.names?.value ?? [])
            let container = EngineContainer(
                id: entry.id,
                name: name.isEmpty ? entry.id : name,
                image: entry.image?.value ?? "",
                labels: entry.labels?.value ?? [:]
            )
            let status = entry.status?.value ?? ""
            return Listed(
                container: container,
                state: state,
                health: health(in: status),
                isFresh: status.hasPrefix("Up ") && status.contains("second")
            )
        }
    }

    /// A container's own name. The others are the names that other containers link it by, such as `/web/db`.
    private static func name(of names: [String]) -> String {
        let slash = UInt8(ascii: "/")
        let names = names.map { $0.utf8.first == slash ? $0.utf8.dropFirst() : $0.utf8[...] }
        let own = names.first { !$0.contains(slash) } ?? names.first
        return own?.split(separator: slash).last.map { String(Substring($0)) } ?? ""
    }

    /// The result of the health check in a status such as `Up 2 hours (healthy)`.
    private static func health(in status: String) -> String? {
        if status.hasSuffix("(healthy)") { return "healthy" }
        if status.hasSuffix("(unhealthy)") { return "unhealthy" }
        return status.hasSuffix("(health: starting)") || status.hasSuffix("(starting)") ? "starting" : nil
    }

    /// True if the text is safe as part of a request's path.
    private static func isID(_ text: String) -> Bool {
        1...128 ~= text.utf8.count && text.utf8.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
    }
}

/// The part of a container's inspection that is used.
struct EngineInspection: Decodable {
    var restarts: EngineJSON.Lenient<UInt64>?

    enum CodingKeys: String, CodingKey {
        case restarts = "RestartCount"
    }

    static func restarts(_ body: [UInt8]) throws(SourceError) -> UInt64? {
        try EngineJSON.decode(EngineInspection.self, from: body).restarts?.value
    }
}

struct EngineInfo: Decodable {
    var count: EngineJSON.Lenient<Int>?

    enum CodingKeys: String, CodingKey {
        case count = "ContainersRunning"
    }

    static func containersRunning(_ body: [UInt8]) throws(SourceError) -> Int? {
        try EngineJSON.decode(EngineInfo.self, from: body).count?.value.flatMap { $0 >= 0 ? $0 : nil }
    }
}
#endif
