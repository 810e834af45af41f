// The files of control groups.
// Version 2: https://docs.kernel.org/admin-guide/cgroup-v2.html
// Version 1: https://docs.kernel.org/admin-guide/cgroup-v1/index.html

/// The bytes that were read from block devices and written to them.
struct BlockTotals: Equatable, Sendable {
    var read: UInt64
    var written: UInt64

    /// `io.stat` of version 2: `8:0 rbytes=4096 wbytes=0 …`, where a line may lack either. Nil without any line.
    init?(ioStat text: [UInt8]) {
        let words = text.lines.flatMap(\.words)
        func numbers(_ key: StaticString) -> [UInt64] {
            words.filter { $0.begins(with: key) }.compactMap { $0.dropFirst(key.utf8CodeUnitCount).number }
        }
        self.init(read: numbers("rbytes="), written: numbers("wbytes="))
    }

    /// `blkio.throttle.io_service_bytes…` of version 1: `8:0 Read 4096`. Nil without any such line.
    init?(serviceBytes text: [UInt8]) {
        let lines = text.lines.map(\.words).filter { $0.count == 3 }
        func numbers(_ operation: String) -> [UInt64] {
            lines.filter { $0[1].text == operation }.compactMap { $0[2].number }
        }
        self.init(read: numbers("Read"), written: numbers("Write"))
    }

    private init?(read: [UInt64], written: [UInt64]) {
        guard !(read.isEmpty && written.isEmpty), let read = checkedSum(read), let written = checkedSum(written) else {
            return nil
        }
        self.read = read
        self.written = written
    }
}

/// The memory in use, without inactive file pages, which the kernel reclaims at once. Docker counts the same way.
func memoryUsed(_ usage: UInt64, inactiveFile: UInt64?) -> UInt64 {
    inactiveFile.flatMap { $0 < usage ? usage.minus($0) : nil } ?? usage
}
