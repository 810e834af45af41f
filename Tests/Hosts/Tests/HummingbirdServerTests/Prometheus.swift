import Foundation
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A real Prometheus server in a temporary folder, which scrapes one target every second.
final class Prometheus: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private let process: Mutex<Process>
    private let folder: URL
    private let address: String

    private static let executable = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { URL(filePath: String($0)).appending(path: "prometheus") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }

    static var isInstalled: Bool { executable != nil }

    /// True if tests fail, instead of being skipped, when a program they need is missing.
    static let isRequired = ProcessInfo.processInfo.environment["TALLY_REQUIRE_SERVICES"] == "1"

    init(scraping target: String) async throws {
        guard let executable = Self.executable else { throw Failed(description: "prometheus is not installed") }
        folder = FileManager.default.temporaryDirectory.appending(path: "tally-prometheus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        address = "127.0.0.1:\(try Self.freePort())"
        let file = folder.appending(path: "prometheus.yml")
        let configuration = """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs: [{job_name: hummingbird, static_configs: [{targets: ["\(target)"]}]}]
            """
        try Data(configuration.utf8).write(to: file)
        let process = Process()
        process.executableURL = executable
        process.arguments = [
            "--config.file=\(file.path)", "--storage.tsdb.path=\(folder.appending(path: "data").path)",
            "--web.listen-address=\(address)",
        ]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        self.process = Mutex(process)
        guard await Self.isReady(errors.fileHandleForReading) else {
            throw Failed(description: "prometheus ended before it was ready")
        }
    }

    deinit {
        process.withLock { process in
            process.terminate()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Reads the log on a thread of its own until the server is ready, and then to its end.
    private static func isReady(_ handle: FileHandle) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = ""
                var isReady = false
                while case let data = handle.availableData, !data.isEmpty {
                    guard !isReady else { continue }
                    text += String(decoding: data, as: UTF8.self)
                    isReady = text.contains("Server is ready to receive web requests")
                    if isReady { continuation.resume(returning: true) }
                }
                if !isReady { continuation.resume(returning: false) }
            }
        }
    }

    /// The value of an instant query with one answer; nil without any.
    func value(of expression: String) async throws -> Double? {
        struct Answer: Decodable {
            struct Contents: Decodable { var result: [Result] }
            struct Result: Decodable { var value: Value }
            struct Value: Decodable {
                var text: String
                init(from decoder: any Decoder) throws {
                    var container = try decoder.unkeyedContainer()
                    _ = try container.decode(Double.self)
                    text = try container.decode(String.self)
                }
            }
            var data: Contents
        }
        var components = URLComponents()
        components.queryItems = [URLQueryItem(name: "query", value: expression)]
        let query = (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        guard let url = URL(string: "http://\(address)/api/v1/query?\(query)") else {
            throw Failed(description: "\(expression) makes no URL")
        }
        let (data, _) = try await URLSession.shared.data(from: url)
        let result = try JSONDecoder().decode(Answer.self, from: data).data.result
        return result.first.flatMap { Double($0.value.text) }
    }

    /// Queries until the value satisfies `isDone`. After five minutes, returns the last one.
    func value(of expression: String, until isDone: (Double?) -> Bool) async throws -> Double? {
        let start = ContinuousClock.now
        while true {
            let value = try await value(of: expression)
            if isDone(value) || start.duration(to: .now) > .seconds(300) { return value }
        }
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) | getsockname(descriptor, pointer, &length)
            }
        }
        guard status == 0 else { throw Failed(description: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}
