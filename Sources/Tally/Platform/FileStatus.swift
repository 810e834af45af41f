package struct FileStatus {
    package enum Kind { case regular, folder, link, other }
    package let kind: Kind
    package let device: UInt64
    package let number: UInt64
    package let bytes: Int
}

package struct FileSystemStatus {
    package let blockSize: UInt64
    package let blocks: UInt64
    package let freeBlocks: UInt64
    /// The free blocks that are not reserved for the superuser.
    package let availableBlocks: UInt64
}
