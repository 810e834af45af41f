#if Docker
extension EngineContainer {
    private struct Entry: Decodable {
        var id: String
        var names: EngineJSON.Lenient<[String]>?
        var image: EngineJSON.Lenient<String>?
        var labels: EngineJSON.Lenient<[String: String]>?
        var state: EngineJSON.Lenient<String>?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case names = "Names"
            case image = "Image"
            case labels = "Labels"
            case state = "State"
        }
    }

    /// The running and paused containers of a list, each once. Paused ones are sampled, but do not count as running.
    static func list(_ body: [UInt8]) throws(SourceError) -> [(container: EngineContainer, isRunning: Bool)] {
        var seen: Set<String> = []
        return try EngineJSON.decode([EngineJSON.Lenient<Entry>].self, from: body).compactMap { entry in
            guard let entry = entry.value, isID(entry.id), seen.insert(entry.id).inserted else { return nil }
            let state = entry.state?.value?.lowercased() ?? "running"
            guard state == "running" || state == "paused" else { return nil }
            let name = (entry.names?.value ?? []).first.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 } ?? ""
            let container = EngineContainer(
                id: entry.id,
                name: name.isEmpty ? entry.id : name,
                image: entry.image?.value ?? "",
                labels: entry.labels?.value ?? [:]
            )
            return (container, state == "running")
        }
    }

    /// True if the text is safe as part of a request's path.
    private static func isID(_ text: String) -> Bool {
        1...128 ~= text.utf8.count && text.utf8.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
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
