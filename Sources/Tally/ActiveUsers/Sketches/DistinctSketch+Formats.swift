extension DistinctSketch {
    /// The sketch as an engine keeps it. Always the same bytes for equal registers.
    public func bytes(for format: DistinctSketchFormat) -> [UInt8] {
        switch format.kind {
        case .redis: RedisSketch.bytes(of: registers)
        case .postgresql: PostgreSQLSketch.bytes(of: registers)
        case .dataSketches: DataSketchesSketch.bytes(of: registers)
        }
    }

    /// A sketch from what an engine gave back, or another instance wrote.
    ///
    /// Bytes do not tell which ``HashKey`` they come from, so what is read merges with every sketch.
    ///
    /// - Throws: ``DistinctSketchError`` if the bytes are cut short, of another format or size, or no sketch at all.
    public init(bytes: [UInt8], from format: DistinctSketchFormat) throws(DistinctSketchError) {
        switch format.kind {
        case .redis: self.init(unkeyed: try RedisSketch.registers(in: bytes))
        case .postgresql: self.init(unkeyed: try PostgreSQLSketch.registers(in: bytes))
        case .dataSketches: self.init(unkeyed: try DataSketchesSketch.registers(in: bytes))
        }
    }

    /// A sketch from what an engine gave back, in whatever holds the client's bytes.
    ///
    /// - Throws: ``DistinctSketchError`` if the bytes are cut short, of another format or size, or no sketch at all.
    @inlinable
    public init(bytes: some Sequence<UInt8>, from format: DistinctSketchFormat) throws(DistinctSketchError) {
        try self.init(bytes: Array(bytes), from: format)
    }
}
