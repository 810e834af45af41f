import Testing

@testable import TallySampler

struct HostTextTests {
    @Test func usedMemoryIsTotalMinusAvailable() {
        let memory = HostMemory(
            text: .init(
                text: "MemTotal:  1000 kB\nMemFree: 10 kB\nMemAvailable:  400 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n"
            )
        )
        #expect(memory.total == 1_024_000)
        #expect(memory.used == 600 * 1024)
        #expect(memory.swapTotal == 51_200)
        #expect(memory.swapUsed == 30 * 1024)
    }

    /// Kernels before 3.14 have no estimate of the available memory.
    @Test func memoryWithoutAnEstimateIsFreeOrCached() {
        let text = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\nSwapCached: 7 kB\n"
        #expect(HostMemory(text: .init(text: text)).used == 580 * 1024)
        #expect(HostMemory(text: .init(text: text + "MemAvailable: 500 kB\n")).used == 500 * 1024)
    }

    @Test func impossibleMemoryValuesAreAbsent() {
        #expect(HostMemory(text: .init(text: "MemTotal: 1 kB\nMemAvailable: 2 kB\n")).used == nil)
        #expect(HostMemory(text: .init(text: "MemTotal: 1 kB\n")).used == nil)
        #expect(HostMemory(text: .init(text: "MemTotal: 9 kB\nBuffers: 1 kB\nCached: 1 kB\n")).used == nil)
        #expect(HostMemory(text: .init(text: "MemTotal: 18446744073709551615 kB\n")).total == nil)
        #expect(HostMemory(text: .init(text: "MemTotalX: 1 kB\n")).total == nil)
    }

    @Test func loadNeedsThreeValidNumbers() {
        #expect(HostLoad(text: .init(text: "0.15 1.20 3.00 2/345 6789\n"))?.fifteen == 3)
        #expect(HostLoad(text: .init(text: "0.15 1.20\n")) == nil)
        #expect(HostLoad(text: .init(text: "nan 1.20 3\n")) == nil)
        #expect(HostLoad(text: .init(text: "-1 1.20 3\n")) == nil)
    }

    private let interfaces = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier
            lo: 1000 1 0 0 0 0 0 0 1000 1 0 0 0 0 0 0
          eth0:1: 20 1 0 0 0 0 0 0 30 1 0 0 0 0 0 0
          eth1:5 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0
        veth12: 400 1 0 0 0 0 0 0 400 1 0 0 0 0 0 0
        br-abc: 400 1 0 0 0 0 0 0 400 1 0 0 0 0 0 0
        docker0: 400 1 0 0 0 0 0 0 400 1 0 0 0 0 0 0
          cni0: 400 1 0 0 0 0 0 0 400 1 0 0 0 0 0 0
        """

    @Test func interfaceNamesEndAtTheLastColon() {
        let networks = [Traffic](netDev: .init(text: interfaces))
        #expect(networks.map(\.name) == ["lo", "eth0:1", "eth1", "veth12", "br-abc", "docker0", "cni0"])
        #expect(networks[1] == Traffic(name: "eth0:1", incoming: 20, outgoing: 30))
        #expect([Traffic](netDev: .init(text: "eth0: 1 2 3\n")).isEmpty)
    }

    @Test func pressureIsTheTotalOfTheSomeLine() {
        let text = "some avg10=0.00 avg60=0.00 avg300=0.00 total=2500000\nfull avg10=0.00 avg60=0 avg300=0 total=9\n"
        #expect(pressureSeconds(text: .init(text: text)) == 2.5)
        #expect(pressureSeconds(text: .init(text: "full total=9\n")) == nil)
        #expect(pressureSeconds(text: .init(text: "some total=x\n")) == nil)
    }

    @Test func usedDiskSpaceIsTotalMinusFree() {
        #expect(DiskSpace(blocks: 100, freeBlocks: 40, availableBlocks: 30, blockSize: 4096)?.used == 60 * 4096)
        #expect(DiskSpace(blocks: 100, freeBlocks: 101, availableBlocks: 0, blockSize: 4096) == nil)
        #expect(DiskSpace(blocks: .max, freeBlocks: 0, availableBlocks: 0, blockSize: 2) == nil)
    }

    @Test(arguments: [("", nil), ("0", 0), ("007", 7), ("18446744073709551615", .max), ("18446744073709551616", nil)])
    func numbersAreDigitsWithin64Bits(_ text: String, number: UInt64?) {
        #expect(Array(text.utf8).number == number)
    }

    @Test(arguments: ["-1", "+1", "1 ", "0x1", "1.0", "1e3", "١"])
    func otherTextsAreNotNumbers(_ text: String) {
        #expect(Array(text.utf8).number == nil)
    }
}
