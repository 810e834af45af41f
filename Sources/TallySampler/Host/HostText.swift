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
        if available == nil, let free = bytes("MemFree:") {
            // Kernels before 3.14 have no estimate.
            available = checkedSum([free] + [bytes("Buffers:"), bytes("Cached:")].compactMap(\.self))
        }
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

extension [Traffic] {
    /// The interfaces of `/proc/net/dev`.
    init(netDev text: [UInt8]) {
        self = text.lines.compactMap { line in
            // An alias has a colon in its name: `eth0:1`.
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { return nil }
            let name = line[..<colon].drop { $0 == UInt8(ascii: " ") }.text
            let numbers = line[line.index(after: colon)...].words.map(\.number)
            guard numbers.count > 8, let down = numbers[0], let up = numbers[8] else { return nil }
            return Traffic(name: name, incoming: down, outgoing: up)
        }
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
