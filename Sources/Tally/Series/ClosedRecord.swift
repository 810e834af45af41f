internal import Synchronization

/// The record that a closed index keeps of a child. The child's handle follows it in memory. A block links the records
/// of its children, so that removing a child needs no search.
@unsafe
struct ClosedRecord {
    let owner: ObjectIdentifier
    let key: UInt64
    /// Another record of the same index.
    let nextOfIndex: UnsafeMutablePointer<ClosedRecord>?
    /// Another record of the same child.
    var next: UnsafeMutablePointer<ClosedRecord>?
    /// The word of a table that holds the handle's address, or 0 if lookups must use the text.
    var bucket: UnsafeMutablePointer<Atomic<UInt64>>
}
