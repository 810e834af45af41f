#if Docker
import Foundation

@testable import TallySampler

/// The text of an answer about one container.
struct StatsText {
    var id = containerID(1)
    /// Seconds after 09:00 of one day.
    var read: Double? = 0
    var cpu: UInt64? = 1_000_000_000
    var system: UInt64? = 100_000_000_000
    var cpus: Int? = 2
    var rest = #""memory_stats":{"usage":1000,"limit":67108864,"stats":{"total_inactive_file":300}}"#

    static func time(_ seconds: Double) -> String {
        let whole = Int(seconds)
        let fraction = String(format: "%09d", Int((seconds - Double(whole)) * 1e9))
        return String(
            format: "2026-11-21T%02d:%02d:%02d.%@Z",
            9 + whole / 3600,
            whole / 60 % 60,
            whole % 60,
            fraction
        )
    }

    var text: String {
        var cpuStats: [String] = []
        if let cpu { cpuStats.append(#""cpu_usage":{"total_usage":\#(cpu)}"#) }
        if let system { cpuStats.append(#""system_cpu_usage":\#(system)"#) }
        if let cpus { cpuStats.append(#""online_cpus":\#(cpus)"#) }
        let time = read.map(Self.time) ?? "0001-01-01T00:00:00Z"
        return #"{"id":"\#(id)","read":"\#(time)","pids_stats":{"current":3,"limit":18446744073709551615},"#
            + #""cpu_stats":{\#(cpuStats.joined(separator: ","))},\#(rest)}"#
    }
}

func containerID(_ number: Int) -> String {
    String(repeating: "0", count: 64 - String(number).count) + String(number)
}

/// The text of a list of containers with these numbers.
func listText(_ numbers: some Sequence<Int>) -> String {
    "["
        + numbers.map {
            #"{"Id":"\#(containerID($0))","Names":["/c\#($0)"],"Image":"i","Labels":{},"State":"running"}"#
        }
        .joined(separator: ",") + "]"
}

extension EngineStats {
    /// The values of a first sample.
    var allValues: [SampleMetric: Double] {
        var totals = TrafficTotals()
        return values.merging(totals.take(networks: networks, disks: disks).values) { own, _ in own }
    }
}

extension EngineIdentity {
    static let docker = EngineIdentity(headers: FakeEngine.docker)
    static let podman = EngineIdentity(headers: FakeEngine.podman)
}
#endif
