internal import Synchronization

/// The handle that a closed index keeps of a child, and what leads to it: the child itself follows in memory.
///
/// A child's block knows its records, so that removing the child takes no search.
@unsafe
struct ClosedRecord {
    let owner: ObjectIdentifier
    let key: UInt64
    /// Another record of the same index.
    let nextOfIndex: UnsafeMutablePointer<ClosedRecord>?
    /// Another record of the same child.
    var next: UnsafeMutablePointer<ClosedRecord>?
    /// The word of a table that holds the handle's address, or 0 if lookups are to go by text.
    var bucket: UnsafeMutablePointer<Atomic<UInt64>>
}
