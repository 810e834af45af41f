internal import Tally

/// The size and use of a file system, in bytes.
struct DiskSpace: Equatable, Sendable {
    let total: UInt64
    /// Excludes free blocks that are reserved for the superuser, as in `df`.
    let used: UInt64
    /// The free space for users other than the superuser.
    let available: UInt64

    /// Nil if the numbers are inconsistent or overflow.
    init?(blocks: UInt64, freeBlocks: UInt64, availableBlocks: UInt64, blockSize: UInt64) {
        guard let total = checkedProduct(blocks, blockSize),
            let used = blocks.minus(freeBlocks).flatMap({ checkedProduct($0, blockSize) }),
            let available = checkedProduct(availableBlocks, blockSize)
        else { return nil }
        self.total = total
        self.used = used
        self.available = available
    }

    func details(of mount: Mount?) -> [SampleDetail] {
        guard let mount else { return [] }
        let part = [mount.device, mount.type, mount.path]
        return [
            SampleDetail(.fileSystemSize, part, Double(total)),
            SampleDetail(.fileSystemFree, part, Double(total - used)),
            SampleDetail(.fileSystemAvailable, part, Double(available)),
        ]
    }

    /// Calls `statvfs`, which may hang.
    static func ofFileSystem(holding path: String) -> Result<DiskSpace?, KernelFile.Failure> {
        guard let status = System.fileSystem(holding: path) else {
            return .failure(KernelFile.Failure(path: path, number: System.lastError))
        }
        return .success(
            DiskSpace(
                blocks: status.blocks,
                freeBlocks: status.freeBlocks,
                availableBlocks: status.availableBlocks,
                blockSize: status.blockSize
            )
        )
    }
}
