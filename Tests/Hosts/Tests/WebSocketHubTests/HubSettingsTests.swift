import Foundation
import HostsTestSupport
import Testing

@testable import websocket_hub

struct HubSettingsTests {
    @Test func theDefaultsNeedNoSetting() throws {
        let settings = try HubSettings([])
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8080)
        #expect(settings.metricsPort == 9464)
        #expect(settings.certificate == nil)
    }

    @Test func aFileAndFlagsSetTheSameThings() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "hub.yaml")
        let yaml = """
            # A hub behind TLS.
            port: 8443
            metrics-port: 9000
            certificate: "/etc/hub.pem"
            key: /etc/hub.key
            """
        try Data(yaml.utf8).write(to: file)
        let ofFile = try HubSettings(["--config", file.path])
        let ofFlags = try HubSettings([
            "--port", "8443", "--metrics-port", "9000", "--certificate", "/etc/hub.pem", "--key", "/etc/hub.key",
        ])
        #expect(ofFile == ofFlags)
        #expect(try HubSettings(["--config", file.path, "--port", "1"]).port == 1)
        #expect(try HubSettings(["--port", "1", "--config", file.path]).port == 8443)
    }

    @Test(arguments: [
        ["--port"], ["8080"], ["--port", "65536"], ["--port", "-1"], ["--metrics-port", "http"], ["--colour", "red"],
        ["--key", "hub.key"], ["--certificate", "hub.pem"], ["--config", "/nowhere/hub.yaml"],
    ])
    func mistakesAreRefused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try HubSettings(arguments) }
    }

    @Test(arguments: ["port: [1, 2]", "colour: red", "port: 70000", "- port", "port: \"8080"])
    func mistakesInAFileAreRefused(_ yaml: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "hub.yaml")
        try Data(yaml.utf8).write(to: file)
        #expect(throws: (any Error).self) { try HubSettings(["--config", file.path]) }
    }
}
