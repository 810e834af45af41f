import Foundation
import TallyTestSupport

/// A headless Chromium, driven over WebDriver. https://www.w3.org/TR/webdriver2/
final class Browser: Sendable {
    static let isInstalled = Program.find("chromium") != nil && Program.find("chromedriver") != nil

    private let driver: Program
    private let folder: TemporaryFolder
    private let base: String

    init() async throws {
        folder = try TemporaryFolder()
        driver = try Program(try Program.require("chromedriver"), ["--port=0", "--log-level=SEVERE"])
        let line = try await driver.line(containing: "started successfully on port")
        let port = line.split(separator: " ").last.map { $0.filter(\.isNumber) } ?? ""
        let root = "http://127.0.0.1:\(port)"
        let options: [String: Any] = [
            "binary": try Program.require("chromium").path,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--window-size=1280,900", "--user-data-dir=\(folder.url.path)", "--no-first-run", "--lang=en",
            ],
        ]
        let always: [String: Any] = [
            "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
            "timeouts": ["script": 600_000, "pageLoad": 600_000],
        ]
        let capabilities: [String: Any] = ["alwaysMatch": always]
        let answer = try await Self.post("\(root)/session", ["capabilities": capabilities]) as? [String: Any]
        guard let id = answer?["sessionId"] as? String else {
            throw Program.Failed(description: "no session: \(answer ?? [:])")
        }
        base = "\(root)/session/\(id)"
    }

    /// Ends the browser. Chromium would outlive its driver.
    func quit() async {
        _ = try? await Self.call("DELETE", base)
        _ = driver.stop()
    }

    func open(_ url: URL) async throws { try await Self.post("\(base)/url", ["url": url.absoluteString]) }

    /// Runs a function's body in the page, and returns its result.
    @discardableResult
    func run(_ script: String) async throws -> Any? {
        try await Self.post("\(base)/execute/sync", ["script": script, "args": []])
    }

    func text(_ script: String) async throws -> String { "\(try await run(script) ?? "nil")" }

    func number(_ script: String) async throws -> Double { (try await run(script) as? NSNumber)?.doubleValue ?? .nan }

    /// Waits until an expression is true. Gives up after ten minutes, which only a starved machine needs.
    func wait(_ condition: String) async throws {
        let start = ContinuousClock.now
        while try await run("return Boolean(\(condition))") as? Bool != true {
            guard start.duration(to: .now) < .seconds(600) else {
                let page = try await text("return document.body.innerText")
                throw Program.Failed(description: "never true: \(condition)\n\(page)")
            }
            try await onThread { _ = usleep(20_000) }
        }
    }

    /// Waits for a number of further polls.
    func waitForPolls(_ count: Int) async throws {
        let before = try await number("return Number(document.body.dataset.polls ?? 0)")
        try await wait("Number(document.body.dataset.polls ?? 0) >= \(Int(before) + count)")
    }

    /// A command of Chromium's own protocol. https://chromedevtools.github.io/devtools-protocol/
    @discardableResult
    func command(_ name: String, _ parameters: [String: Any]) async throws -> Any? {
        try await Self.post("\(base)/goog/cdp/execute", ["cmd": name, "params": parameters])
    }

    func show(width: Int, height: Int, isDark: Bool = false, reducesMotion: Bool = false) async throws {
        try await command(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500]
        )
        let features = [
            ["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"],
            ["name": "prefers-reduced-motion", "value": reducesMotion ? "reduce" : "no-preference"],
        ]
        try await command("Emulation.setEmulatedMedia", ["features": features])
    }

    /// Presses keys, each a character or a key of WebDriver's table.
    func press(_ keys: String...) async throws {
        let actions = keys.flatMap { [["type": "keyDown", "value": $0], ["type": "keyUp", "value": $0]] }
        try await Self.post("\(base)/actions", ["actions": [["type": "key", "id": "keys", "actions": actions]]])
    }

    static let tab = "\u{E004}"
    static let enter = "\u{E007}"
    static let left = "\u{E012}"
    static let escape = "\u{E00C}"

    func screenshot() async throws -> Data {
        let text = try await Self.call("GET", "\(base)/screenshot") as? String
        return text.flatMap { Data(base64Encoded: $0) } ?? Data()
    }

    /// The messages of the console, such as violations of the page's policy.
    func messages() async throws -> [String] {
        let log = try await Self.post("\(base)/se/log", ["type": "browser"]) as? [[String: Any]]
        return (log ?? []).compactMap { $0["message"] as? String }
    }

    // MARK: The protocol

    @discardableResult
    private static func post(_ url: String, _ body: [String: Any]) async throws -> Any? {
        try await call("POST", url, try JSONSerialization.data(withJSONObject: body))
    }

    private static func call(_ method: String, _ url: String, _ body: Data = Data()) async throws -> Any? {
        guard let url = URL(string: url), let port = url.port else { throw Program.Failed(description: url) }
        let head =
            "\(method) \(url.path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            + "Content-Type: application/json; charset=utf-8\r\nContent-Length: \(body.count)\r\n\r\n"
        let request = Array(head.utf8) + Array(body)
        // A thread of its own, because an answer can take as long as a page takes to load.
        let reply = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: exchange(request, port: UInt16(port))) }
        }
        let parts = reply.firstRange(of: Array("\r\n\r\n".utf8)).map {
            (reply[..<$0.lowerBound], reply[$0.upperBound...])
        }
        guard let (status, text) = parts, status.starts(with: Array("HTTP/1.1 200".utf8)) else {
            throw Program.Failed(
                description: "\(method) \(url): \(String(decoding: reply.prefix(1_000), as: UTF8.self))"
            )
        }
        let answer = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) as? [String: Any]
        return answer?["value"]
    }

    /// Sends a request and returns the whole reply. URLSession cannot read chromedriver's header.
    private static func exchange(_ request: [UInt8], port: UInt16) -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { return [] }
        var rest = request[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return [] }
            rest = rest.dropFirst(count)
        }
        var reply: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
            reply += buffer[..<count]
            if isWhole(reply) { break }
        }
        return reply
    }

    private static func isWhole(_ reply: [UInt8]) -> Bool {
        guard let end = reply.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: reply[..<end.lowerBound], as: UTF8.self).lowercased()
        guard let length = head.firstMatch(of: #/content-length: *(\d+)/#), let count = Int(length.1) else {
            return false
        }
        return reply.count - end.upperBound >= count
    }
}
