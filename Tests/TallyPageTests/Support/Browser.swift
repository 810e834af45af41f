import Foundation
import TallyTestSupport

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

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
        let always: [String: Any] = ["goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"]]
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

    private static func call(_ method: String, _ url: String, _ body: Data? = nil) async throws -> Any? {
        guard let address = URL(string: url) else { throw Program.Failed(description: url) }
        var request = URLRequest(url: address, timeoutInterval: 600)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("application/json; charset=utf-8", forHTTPHeaderField: "Content-Type")
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) as? [String: Any]
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw Program.Failed(description: "\(method) \(url): \(String(decoding: data.prefix(1000), as: UTF8.self))")
        }
        return answer?["value"]
    }
}
