/// The sizes of a family's pages and blocks.
struct PageShape: Sendable {
    let stride: Int
    /// A block holds `1 << blockShift` series. A handle to one of them retains the whole block.
    let blockShift: Int
    /// The words of `1 << slabShift` series share one allocation: at most 64 words, or one series that takes more.
    let slabShift: Int
    /// The maximum number of series per page.
    let capacity: Int

    /// A slot takes 9 bits in the index, see ``SlotReference``.
    static let maxCapacity = 512
    /// Bounds a page whatever its layout, because pages are searched under the family's lock.
    static let maxWords = 8192
    static let maxText = 128 * 1024

    init(_ layout: InstrumentLayout) {
        stride = layout.stride
        var shift = 6
        while shift > 0, layout.stride << shift > 64 { shift -= 1 }
        slabShift = shift
        shift = min(shift, 4)
        blockShift = shift
        let slots = min(Self.maxCapacity, Self.maxWords / layout.stride)
        let most = max(1 << shift, (slots >> shift) << shift)
        // State beside the words may take some 50 KiB per series.
        capacity = layout.makeState == nil ? most : min(16, most)
    }
}
