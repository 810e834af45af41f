import TallyTestSupport
import Testing

@testable import TallySampler

/// Mutated texts of a kernel. A trap ends the whole run.
struct KernelTextFuzzTests {
    @Test func noTextMakesAParserTrap() async throws {
        let seeds = [
            "cpu  100 0 0 1000 0 0 0 0 0 0\ncpu0 1 0 0 1 0\ncpu1 1 0 0 1 0\nbtime 1\n",
            "MemTotal: 1000 kB\nMemAvailable: 400 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n",
            "0.5 0.25 0.125 1/2 3\n", "head\n eth0:1: 20 1 0 0 0 0 0 0 30 1 0 0 0 0 0 0\n",
            "some avg10=0 avg60=0 avg300=0 total=18446744073709551615\nfull total=1\n",
            "8:0 rbytes=10 wbytes=20 rios=1\n8:1 rbytes=18446744073709551615\n",
            "8:0 Read 10\n8:0 Write 18446744073709551615\nTotal 30\n",
            "cgroup /sys/fs\\040x cgroup rw,cpu,cpuacct 0 0\ncgroup2 /u cgroup2 rw 0 0\n",
            "usage_usec 2500000\nuser_usec 1\n",
            "8 0 sda 1 0 18446744073709551615 0 1 0 40 0 0 0 0\n8 1 sda1 1 0 20 0 1 0 40 0 0 0 0\n",
        ]
        try await onThread {
            var random = Mutations(seed: 0x7A11)
            let cpu = HostCPU(text: .init(text: seeds[0]))
            let networks = [Traffic](netDev: .init(text: seeds[3]))
            for number in 0..<120_000 {
                let text = random.mutated(Array(seeds[number % seeds.count].utf8))
                if let other = HostCPU(text: text), let cpu {
                    for (one, two) in [(cpu, other), (other, cpu)] {
                        guard let percent = one.percent(since: two, clockTicks: 100) else { continue }
                        #expect((0...100 * Double(one.cpus) * 1.000001).contains(percent))
                    }
                    _ = other.busyTicks
                }
                let memory = HostMemory(text: text)
                _ = (memory.used, memory.swapUsed)
                _ = HostLoad(text: text)
                var totals = TrafficTotals()
                _ = totals.take(networks: [Traffic](netDev: text), disks: [Traffic](ioStat: text) { $0 })
                _ = totals.take(networks: Disks.traffic(text: text, sys: "/none"), disks: [])
                _ = totals.take(networks: networks, disks: [])
                _ = Mount.holding("/u/x", text: text)
                _ = pressureSeconds(text: text)
                _ = [Traffic](serviceBytes: text) { $0 }
                _ = ControlGroupMounts(text: text).roots
                _ = ControlGroup(path: text.text).containerID
                _ = text.number(of: "usage_usec")
            }
        }
    }
}
