#if SQLite
internal import GRDB

extension Row {
    /// The value of a column; nil if it is absent or of another type, where `row[index]` would trap.
    func decoded<Value: DatabaseValueConvertible>(_ index: Int, as type: Value.Type) -> Value? {
        Value.fromDatabaseValue(self[index] as DatabaseValue)
    }
}
#endif
