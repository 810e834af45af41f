/// Trivial values at an address that never moves, for readers that may not wait for a reference count.
///
/// Unchecked `Sendable`, since a pointer is not: the memory is written once, in the initialiser.
@safe
@usableFromInline
final class FixedBuffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    @usableFromInline
    let pointer: UnsafePointer<Element>
    @usableFromInline
    let count: Int

    init(_ elements: [Element]) {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() {
            unsafe (memory + index).initialize(to: element)
        }
        unsafe pointer = UnsafePointer(memory)
        count = elements.count
    }

    deinit {
        unsafe pointer.deallocate()
    }

    var array: [Element] { unsafe Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
