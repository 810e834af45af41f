/// Trivial values at a stable address, for readers that must avoid reference counting.
///
/// Unchecked `Sendable`, because a pointer is not: the memory is written once, in the initialiser.
@safe
@usableFromInline
final class FixedBuffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    @usableFromInline
    let pointer: UnsafePointer<Element>
    @usableFromInline
    let count: Int

    /// - Parameter padding: The number of further elements, equal to `filler`, that may be read past the end.
    init(_ elements: [Element], padding: Int, of filler: Element) {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count + padding))
        for (index, element) in elements.enumerated() {
            unsafe (memory + index).initialize(to: element)
        }
        for index in 0..<padding {
            unsafe (memory + elements.count + index).initialize(to: filler)
        }
        unsafe pointer = UnsafePointer(memory)
        count = elements.count
    }

    deinit {
        unsafe pointer.deallocate()
    }

    var array: [Element] { unsafe Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
