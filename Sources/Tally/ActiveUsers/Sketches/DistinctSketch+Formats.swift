extension DistinctSketch {
    /// Returns the sketch in the format of an engine. Equal registers give equal bytes.
    public func bytes(for format: DistinctSketchFormat) -> [UInt8] {
        switch format.kind {
        case .redis: RedisSketch.bytes(of: registers)
        case .postgresql: PostgreSQLSketch.bytes(of: registers)
        case .dataSketches: DataSketchesSketch.bytes(of: registers)
        }
    }

    /// Creates a sketch from bytes that an engine returned or another instance wrote.
    ///
    /// Bytes do not identify their ``HashKey``, so the sketch merges with any other.
    ///
    /// - Throws: ``DistinctSketchError`` if the bytes are not a complete sketch of this format and of 2^14 registers.
    public init(bytes: [UInt8], from format: DistinctSketchFormat) throws(DistinctSketchError) {
        switch format.kind {
        case .redis: self.init(unkeyed: try RedisSketch.registers(in: bytes))
        case .postgresql: self.init(unkeyed: try PostgreSQLSketch.registers(in: bytes))
        case .dataSketches: self.init(unkeyed: try DataSketchesSketch.registers(in: bytes))
        }
    }

    /// Creates a sketch from the bytes of any sequence, such as a database client's buffer.
    ///
    /// - Throws: ``DistinctSketchError`` if the bytes are not a complete sketch of this format and of 2^14 registers.
    @inlinable
    public init(bytes: some Sequence<UInt8>, from format: DistinctSketchFormat) throws(DistinctSketchError) {
        try self.init(bytes: Array(bytes), from: format)
    }
}
