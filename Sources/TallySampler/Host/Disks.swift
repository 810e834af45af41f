internal import Tally

/// The disks of the host, each byte once: no partitions, and no devices that are made of others.
struct Disks {
    /// The unit of the kernel's counts, whatever the disk's own sectors.
    private static let sectorBytes: UInt64 = 512

    /// - Parameter text: The content of `/proc/diskstats`. https://docs.kernel.org/admin-guide/iostats.html
    static func traffic(text: [UInt8], sys: String) -> [Traffic] {
        let lines = text.lines.map(\.words).filter { $0.count > 9 }
        let knowsHardware = System.exists("\(sys)/block")
        return lines.compactMap { words in
            let name = words[2].text
            // The kernel writes a slash in a name as an exclamation mark here.
            let entry = words[2].map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "!") : $0 }.text
            guard knowsHardware ? System.exists("\(sys)/block/\(entry)/device") : looksReal(name) else { return nil }
            return Traffic(
                name: name,
                incoming: words[5].number.flatMap { checkedProduct($0, sectorBytes) },
                outgoing: words[9].number.flatMap { checkedProduct($0, sectorBytes) }
            )
        }
    }

    /// The last resort, without the kernel's facts: the names of whole disks.
    private static func looksReal(_ name: String) -> Bool {
        let name = name.utf8
        if name.starts(with: "nvme".utf8) { return !name.dropFirst(4).contains(UInt8(ascii: "p")) }
        let isPartition = name.last.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? true
        return ["sd", "vd", "hd", "xvd"].contains { name.starts(with: $0.utf8) } && !isPartition
    }
}
