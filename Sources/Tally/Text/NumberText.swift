/// Numbers as both text formats write them.
enum NumberText {
    /// A number's text, as `OutputBuffer` writes it.
    static func utf8(_ value: Double) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: OutputBuffer.maxDoubleBytes) { buffer, count in
            var out = unsafe OutputBuffer(buffer)
            out.append(double: value)
            count = out.count
        }
    }
}
