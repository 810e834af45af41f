// The fields of the host's files that are sampled. https://man7.org/linux/man-pages/man5/proc.5.html

/// `/proc/meminfo`, in bytes.
struct HostMemory: Equatable, Sendable {
    var total: UInt64?
    /// The memory available to programs without swapping, by the kernel's estimate.
    var available: UInt64?
    var swapTotal: UInt64?
    var swapFree: UInt64?

    init(text: [UInt8]) {
        func bytes(_ key: StaticString) -> UInt64? { text.number(of: key).flatMap { checkedProduct($0, 1024) } }
        total = bytes("MemTotal:")
        available = bytes("MemAvailable:")
        swapTotal = bytes("SwapTotal:")
        swapFree = bytes("SwapFree:")
    }

    var used: UInt64? { total.flatMap { total in available.flatMap { total.minus($0) } } }
    var swapUsed: UInt64? { swapTotal.flatMap { total in swapFree.flatMap { total.minus($0) } } }
}

/// `/proc/loadavg`.
struct HostLoad: Equatable, Sendable {
    let one: Double
    let five: Double
    let fifteen: Double

    init?(text: [UInt8]) {
        let numbers = text.words.prefix(3).compactMap { Double($0.text) }.filter { $0.isFinite && $0 >= 0 }
        guard numbers.count == 3 else { return nil }
        (one, five, fifteen) = (numbers[0], numbers[1], numbers[2])
    }
}

/// `/proc/net/dev`, summed over interfaces.
struct NetworkTotals: Equatable, Sendable {
    let received: UInt64
    let sent: UInt64

    /// Nil if no interface is wanted, or a sum overflows.
    init?(text: [UInt8], where isWanted: (String) -> Bool) {
        var received: [UInt64] = []
        var sent: [UInt64] = []
        for line in text.lines {
            // An alias has a colon in its name: `eth0:1`.
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { continue }
            let name = line[..<colon].drop { $0 == UInt8(ascii: " ") }.text
            let numbers = line[line.index(after: colon)...].words.map(\.number)
            guard numbers.count > 8, let down = numbers[0], let up = numbers[8], isWanted(name) else { continue }
            received.append(down)
            sent.append(up)
        }
        guard !received.isEmpty, let down = checkedSum(received), let up = checkedSum(sent) else { return nil }
        self.received = down
        self.sent = up
    }

    /// True if the traffic of an interface leaves the host. Bridges and the host's ends of container interfaces carry
    /// the same bytes a second time.
    static func leavesHost(_ name: String) -> Bool {
        name != "lo" && !["veth", "br-", "docker", "cni", "podman", "virbr"].contains { name.hasPrefix($0) }
    }
}

/// The seconds during which some task waited, from `/proc/pressure/…`. https://docs.kernel.org/accounting/psi.html
func pressureSeconds(text: [UInt8]) -> Double? {
    for line in text.lines where line.begins(with: "some ") {
        for word in line.words where word.begins(with: "total=") {
            return word.dropFirst("total=".utf8.count).number.map { Double($0) / 1e6 }
        }
    }
    return nil
}
