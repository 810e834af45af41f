import GRDB
import TallySampler

/// The host's own tables: the instances and sites that own containers, and the settings of the sampler.
///
/// Each query opens the file. If the file is locked, missing or replaced, only the queries at that time fail.
struct HostDatabase: Sendable {
    let path: String

    func createTables() async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS owner (
                        container TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('instance', 'site')),
                        id TEXT NOT NULL, name TEXT NOT NULL);
                    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, seconds INTEGER NOT NULL);
                    """
            )
        }
    }

    /// The owner of a container by its name, or nil to skip it.
    func owner(of container: EngineContainer) async throws -> SampleSubject? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM owner WHERE container = ?", arguments: [container.name])
                .map { SampleSubject(kind: .init($0["kind"]), id: $0["id"], name: $0["name"]) }
        }
    }

    /// `interval` and `retention` in seconds. Zero or less switches sampling off. A missing row means the default.
    func settings() async throws -> SamplingSettings {
        try await read { database in
            var settings = SamplingSettings()
            for row in try Row.fetchAll(database, sql: "SELECT name, seconds FROM setting") {
                let (name, seconds): (String, Int64) = (row["name"], row["seconds"])
                if name == "interval" { settings.interval = .seconds(seconds) }
                if name == "retention" { settings.retention = .seconds(seconds) }
            }
            return settings
        }
    }

    private func read<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        return try await DatabaseQueue(path: path, configuration: configuration).read(query)
    }
}
