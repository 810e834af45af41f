import Foundation
import TallyTestSupport

/// The accessibility checks of axe-core, which PyPI's axe-selenium-python carries.
enum Axe {
    static let script: URL? = {
        let code = "import axe_selenium_python as axe, os; print(os.path.dirname(axe.__file__))"
        guard let python = Program.find("python3", variable: "TALLY_PYTHON"),
            let outcome = try? Program.run(python, ["-c", code]), outcome.status == 0
        else { return nil }
        let folder = URL(filePath: outcome.text.trimmingCharacters(in: .whitespacesAndNewlines))
        let file = folder.appending(path: "node_modules/axe-core/axe.min.js")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }()

    /// The rules that the page in a browser violates, each with the elements that do.
    static func violations(in browser: Browser) async throws -> [String] {
        guard let script else { throw Program.Failed(description: "axe-selenium-python is not installed") }
        try await browser.run(String(decoding: try Data(contentsOf: script), as: UTF8.self))
        try await browser.run(
            """
            window.violations = undefined;
            axe.run().then((result) => {
              window.violations = result.violations.map((rule) => rule.id + ": " +
                rule.nodes.map((node) => node.html + " " + node.failureSummary).slice(0, 3).join(", "));
            });
            """
        )
        try await browser.wait("window.violations !== undefined")
        return try await browser.run("return window.violations") as? [String] ?? []
    }
}
