#if Docker
import NIOHTTP1
import Testing

@testable import TallySampler

struct EngineStatsTests {
    private func stats(_ text: String, _ engine: EngineIdentity = .docker) throws -> EngineStats? {
        try EngineStats(body: Array(text.utf8), of: containerID(1), engine: engine)
    }

    private func memory(_ text: String, _ engine: EngineIdentity = .docker) throws -> UInt64? {
        try stats(StatsText(rest: #""memory_stats":\#(text)"#).text, engine)?.memory
    }

    @Test func aDockerAnswerIsRead() throws {
        let id = "f8e441459dd71aeb7b385417dd35d5fda9d0a329da3c17992a3ede3dd18a4d4e"
        let body = try fixture("docker_20.10_cgroupv1_stats.json")
        let stats = try #require(try EngineStats(body: body, of: id, engine: .docker))
        #expect(stats.read.nanosecondsSinceEpoch == 1_795_254_501_140_742_857)
        #expect(stats.cpu == 15_404_299_083)
        #expect(stats.system == 3_934_490_000_000)
        #expect(stats.cpus == 2)
        #expect(
            stats.allValues == [
                .cpuSeconds: 15.404299083, .memoryUsedBytes: 548_864, .memoryLimitBytes: 67_108_864, .processes: 1,
                .cpuThrottledSeconds: 10.760968017, .memoryCacheBytes: 8192, .memoryResidentBytes: 114_688,
            ]
        )
    }

    @Test func aPodmanAnswerIsRead() throws {
        let id = "b7ca371891506223748b1baeb27fbe799eb3e1305d12ec4b719c06eba3ba555e"
        let body = try fixture("podman_4.3.1_cgroupv1_stats.json")
        let stats = try #require(try EngineStats(body: body, of: id, engine: .podman))
        #expect(stats.read.nanosecondsSinceEpoch == 1_795_253_788_180_711_067)
        #expect(
            stats.allValues == [
                .cpuSeconds: 18.079080393, .memoryUsedBytes: 446_464, .memoryLimitBytes: 67_108_864, .processes: 1,
                .networkReceivedBytes: 0, .networkSentBytes: 0,
            ]
        )
        #expect(try EngineStats(body: body, of: containerID(1), engine: .podman) == nil)
    }

    @Test func incompleteAnswersAreNotSamples() throws {
        #expect(try stats("") == nil)
        #expect(try stats(" \n") == nil)
        #expect(try stats("{}") == nil)
        #expect(try stats(#"{"cause":"x","message":"container is stopped","response":500}"#) == nil)
        #expect(try stats(StatsText(read: nil).text) == nil)
        #expect(try stats(StatsText(id: containerID(2)).text) == nil)
        #expect(try stats(StatsText(cpu: 0, rest: #""memory_stats":{}"#).text) == nil)
        // A container that has used no CPU yet.
        #expect(try stats(StatsText(cpu: 0).text)?.cpu == 0)
        #expect(try stats(StatsText(rest: #""memory_stats":{}"#).text)?.memory == nil)
    }

    @Test(arguments: ["[1]", "null", "{", "1", #"{"read":"#, "\u{0}"])
    func invalidAnswersAreMalformed(_ text: String) {
        let error = #expect(throws: SourceError.self) { try stats(text) }
        #expect(error?.reason == .malformed)
    }

    @Test func usedMemoryExcludesReclaimableMemory() throws {
        #expect(try memory(#"{"usage":1000,"stats":{"total_inactive_file":300,"inactive_file":1}}"#) == 700)
        #expect(try memory(#"{"usage":1000,"stats":{"total_inactive_file":1000,"inactive_file":10}}"#) == 990)
        #expect(try memory(#"{"usage":1000,"stats":{"inactive_file":300}}"#) == 700)
        #expect(try memory(#"{"usage":1000,"stats":{"inactive_file":1000}}"#) == 1000)
        #expect(try memory(#"{"usage":1000}"#) == 1000)
        #expect(try memory(#"{"usage":0,"stats":{}}"#) == nil)
        // Podman has subtracted it already.
        #expect(try memory(#"{"usage":1000,"stats":{"inactive_file":300}}"#, .podman) == 1000)
    }

    @Test func aValueOfTheWrongTypeDoesNotAffectOthers() throws {
        let rest = #"""
            "memory_stats":{"usage":"many","limit":-1},"networks":{"a":{"rx_bytes":5,"tx_bytes":1.5},"b":7},
            "blkio_stats":{"io_service_bytes_recursive":[3,{"op":"Read","value":4},{"op":5,"value":6}]}
            """#
        let stats = try #require(try stats(StatsText(rest: rest).text))
        #expect(stats.allValues == [.cpuSeconds: 1, .networkReceivedBytes: 5, .blockReadBytes: 4, .processes: 3])
    }

    @Test func numbersOf64BitsAreExact() throws {
        let stats = try #require(try stats(StatsText(cpu: .max, system: .max - 1).text))
        #expect(stats.cpu == .max)
        #expect(stats.system == UInt64.max - 1)
        #expect(try memory(#"{"usage":18446744073709551615}"#) == .max)
        #expect(try memory(#"{"usage":18446744073709551616}"#) == nil)
    }

    @Test func networkAndBlockTotalsAreSums() throws {
        let rest = #"""
            "networks":{"eth0":{"rx_bytes":1,"tx_bytes":2},"eth1":{"rx_bytes":10,"tx_bytes":20}},
            "blkio_stats":{"io_service_bytes_recursive":[
            {"major":8,"op":"Read","value":100},{"op":"read","value":5},{"op":"WRITE","value":7},
            {"op":"rios","value":1000},{"op":"Sync","value":1000},{"op":"Total","value":1000}]}
            """#
        let values = try #require(try stats(StatsText(rest: rest).text)).allValues
        #expect(values[.networkReceivedBytes] == 11)
        #expect(values[.networkSentBytes] == 22)
        #expect(values[.blockReadBytes] == 105)
        #expect(values[.blockWrittenBytes] == 7)
    }

    @Test(arguments: ["null", "[]", "{}"])
    func missingTotalsAreAbsent(_ nothing: String) throws {
        let rest = #""networks":\#(nothing),"blkio_stats":{"io_service_bytes_recursive":\#(nothing)}"#
        #expect(try stats(StatsText(rest: rest).text)?.allValues == [.cpuSeconds: 1, .processes: 3])
    }

    @Test func cpusAreCountedWhenTheirNumberIsMissing() throws {
        let text =
            #"{"read":"2026-11-21T09:48:21Z","cpu_stats":{"cpu_usage":{"total_usage":1,"percpu_usage":[1,2,3]}}}"#
        #expect(try stats(text)?.cpus == 3)
        let zero = text.replacing(#""cpu_stats":{"#, with: #""cpu_stats":{"online_cpus":0,"#)
        #expect(try stats(zero)?.cpus == 3)
        #expect(try stats(zero.replacing(":0,", with: ":18446744073709551615,"))?.cpus == .max)
        #expect(try stats(StatsText(cpus: nil).text)?.cpus == nil)
        #expect(try stats(text.replacing("[1,2,3]", with: "[]"))?.cpus == nil)
    }

    /// A running container has at least one process, and a limit of zero is no limit.
    @Test func meaninglessZerosAreAbsent() throws {
        let text = StatsText(rest: #""memory_stats":{"usage":1000,"limit":0}"#).text
            .replacing(#""current":3"#, with: #""current":0"#)
        #expect(try stats(text)?.values == [.cpuSeconds: 1, .memoryUsedBytes: 1000])
    }

    // MARK: Lists and the engine itself

    @Test func aListHoldsRunningAndPausedContainers() throws {
        let text = #"""
            [{"Id":"\#(containerID(1))","Names":["/web","/x/web"],"Image":"nginx","Labels":{"a":"b"},"State":"running"},
            {"Id":"\#(containerID(2))","Names":null,"Labels":null,"State":"paused"},
            {"Id":"\#(containerID(1))","Names":["/again"]}, {"Id":"../../etc","Names":["/evil"]}, {"Id":""}, 7, {},
            {"Id":"\#(containerID(3))","Names":["podmans"]},{"Id":"\#(containerID(4))","State":"exited"}]
            """#
        let list = try EngineContainer.list(Array(text.utf8))
        #expect(
            list.map(\.container) == [
                EngineContainer(id: containerID(1), name: "web", image: "nginx", labels: ["a": "b"]),
                EngineContainer(id: containerID(2), name: containerID(2)),
                EngineContainer(id: containerID(3), name: "podmans"),
            ]
        )
        #expect(list.map(\.isRunning) == [true, false, true])
        #expect(throws: SourceError.self) { try EngineContainer.list(Array("{}".utf8)) }
        #expect(try EngineInfo.containersRunning(Array(#"{"ContainersRunning":7,"ID":1}"#.utf8)) == 7)
        #expect(try EngineInfo.containersRunning(Array(#"{"ContainersRunning":-7}"#.utf8)) == nil)
    }

    @Test func ownerNamesOutliveContainers() {
        func subject(_ labels: [String: String]) -> String {
            EngineContainer(id: "1", name: "name", labels: labels).ownerName
        }
        #expect(subject([:]) == "name")
        #expect(subject(["com.docker.compose.project": "shop", "com.docker.compose.service": "web"]) == "shop/web")
        #expect(subject(["com.docker.compose.service": "web"]) == "web")
        #expect(
            subject([
                "io.kubernetes.pod.name": "web-1", "io.kubernetes.pod.namespace": "shop",
                "io.kubernetes.container.name": "nginx",
            ]) == "shop/web-1/nginx"
        )
        #expect(subject(["com.docker.swarm.service.name": "shop_web"]) == "shop_web")
    }

    @Test func enginesAreIdentifiedByTheirHeaders() {
        #expect(EngineIdentity.docker.countsSystemTime)
        #expect(!EngineIdentity.docker.hasReducedMemory)
        #expect(!EngineIdentity.podman.countsSystemTime)
        #expect(EngineIdentity.podman.hasReducedMemory)
        #expect(!EngineIdentity(headers: ["Server": "Docker/1", "Libpod-Api-Version": "5"]).countsSystemTime)
        #expect(!EngineIdentity(headers: [:]).countsSystemTime)
        func prefix(_ version: String) -> String { EngineIdentity(headers: ["Api-Version": version]).prefix }
        #expect(prefix("1.41") == "/v1.41")
        #expect(prefix("1.9") == "/v1.9")
        #expect(prefix("1.99") == "/v1.51")
        #expect(prefix("2.0") == "/v1.51")
        for text in ["", "1", "1.41.2", "x.y", "1.-4", "9999999999999999999999.1"] { #expect(prefix(text) == "") }
    }

    @Test func socketPathsFollowTheEnvironment() {
        func usual(_ environment: [String: String]) -> EngineSockets { .usual { environment[$0] } }
        #expect(usual([:]).paths == ["/var/run/docker.sock", "/run/podman/podman.sock"])
        #expect(
            usual(["XDG_RUNTIME_DIR": "/run/user/7"]).paths == [
                "/var/run/docker.sock", "/run/user/7/docker.sock", "/run/podman/podman.sock",
                "/run/user/7/podman/podman.sock",
            ]
        )
        #expect(usual(["DOCKER_HOST": "unix:///tmp/d.sock"]).paths == ["/tmp/d.sock"])
        for host in ["10.0.0.1:2375", "example.com", "", "localhost:0", "localhost:x", "[::1]:-1", "0.0.0.0:2375"] {
            #expect(usual(["DOCKER_HOST": "tcp://\(host)"]).fault != nil)
        }
        let secured = usual(["DOCKER_HOST": "tcp://127.0.0.1:2376", "DOCKER_TLS_VERIFY": "1"])
        #expect(secured.fault?.contains("TLS") == true)
        #expect(usual(["DOCKER_HOST": "tcp://localhost"]).port == .loopback(host: "localhost", port: 2375))
        #expect(usual(["DOCKER_HOST": "tcp://127.0.0.1:99/"]).port == .loopback(host: "127.0.0.1", port: 99))
        #expect(usual(["DOCKER_HOST": "tcp://[::1]:99"]).port?.url("/_ping") == "http://[::1]:99/_ping")
        #expect(EngineSockets.given(String(repeating: "a", count: 107)).fault == nil)
        #expect(EngineSockets.given(String(repeating: "a", count: 108)).fault != nil)
        #expect(EngineSockets.given("").fault != nil)
        #expect(throws: SourceError.self) { try EngineSockets.given("/no/such.sock").present() }
        #expect(EngineAddress.escaped("/run/a b%/ü.sock") == "%2Frun%2Fa%20b%25%2F%C3%BC.sock")
    }
}
#endif
