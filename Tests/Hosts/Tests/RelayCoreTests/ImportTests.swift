import Foundation
import Testing

struct ImportTests {
    @Test func theCoreKnowsNeitherMetricsNorSockets() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let folder = package.appending(path: "Sources/RelayCore")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 5)
        let imports = try files.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { $0.contains("import ") }
        }
        #expect(Set(imports) == ["import Foundation"])
    }
}
