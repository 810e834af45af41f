/// The sizes of a family's pages and blocks.
struct PageShape: Sendable {
    /// The number of words from one series to the next.
    let stride: Int
    /// A block holds `1 << blockShift` series, all of which a handle to one of them retains.
    let blockShift: Int
    /// The words of `1 << slabShift` series, 64 or a few more, share one allocation.
    let slabShift: Int
    /// The most series that a page holds.
    let capacity: Int

    /// A slot's place in the index is 10 bits, see ``SlotReference``.
    static let maxCapacity = 1024
    /// A page is searched under the family's lock, so it is bounded whatever a series takes.
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
        // State beside the words may take some 50 KiB a series.
        capacity = layout.makeState == nil ? most : min(16, most)
    }
}
