// The files of control groups.
// Version 2: https://docs.kernel.org/admin-guide/cgroup-v2.html
// Version 1: https://docs.kernel.org/admin-guide/cgroup-v1/index.html

extension [Traffic] {
    /// `io.stat` of version 2: `8:0 rbytes=4096 wbytes=0 …`, where a line may lack either.
    init(ioStat text: [UInt8], name: (_ numbers: String) -> String) {
        self = text.lines.map(\.words).compactMap { words in
            func number(_ key: StaticString) -> UInt64? {
                words.first { $0.begins(with: key) }?.dropFirst(key.utf8CodeUnitCount).number
            }
            let (read, written) = (number("rbytes="), number("wbytes="))
            guard let device = words.first, read != nil || written != nil else { return nil }
            return Traffic(name: name(device.text), incoming: read, outgoing: written)
        }
    }

    /// `blkio.throttle.io_service_bytes…` of version 1: `8:0 Read 4096`, a line for each operation.
    init(serviceBytes text: [UInt8], name: (_ numbers: String) -> String) {
        var order: [String] = []
        var reads: [String: UInt64] = [:]
        var writes: [String: UInt64] = [:]
        for words in text.lines.map(\.words) where words.count == 3 {
            let device = words[0].text
            if reads[device] == nil, writes[device] == nil { order.append(device) }
            switch words[1].text {
            case "Read": reads[device] = words[2].number
            case "Write": writes[device] = words[2].number
            default: break
            }
        }
        var seen: Set<String> = []
        self = order.filter { seen.insert($0).inserted && (reads[$0] != nil || writes[$0] != nil) }
            .map { Traffic(name: name($0), incoming: reads[$0], outgoing: writes[$0]) }
    }
}

/// The memory in use, without inactive file pages, which the kernel reclaims at once. Docker counts the same way.
func memoryUsed(_ usage: UInt64, inactiveFile: UInt64?) -> UInt64 {
    inactiveFile.flatMap { $0 < usage ? usage.minus($0) : nil } ?? usage
}
