import Foundation
import Testing

@Suite
struct FixtureTests {
    @Test(arguments: ["docker_20.10_cgroupv1_stats", "podman_4.3.1_cgroupv1_stats"])
    func fixturesAreNotEmpty(_ name: String) throws {
        #expect(try !fixture("\(name).json").isEmpty)
    }
}

/// The recorded answer of a real engine.
func fixture(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    return Array(try Data(contentsOf: folder.appending(path: name)))
}
