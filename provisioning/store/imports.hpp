#pragma once

#include "domain/ports/imports.hpp"
#include "store/context.hpp"

namespace portal {

/// Imports and their rows, in the tables imports and import_rows.
class SqlImports final : public Imports {
 public:
  explicit SqlImports(StoreContext context) : context_(context) {}

  Result<void> open(const ImportId& id, std::string_view owner, UtcTime now) override;
  Result<Import> get(const ImportId& id) override;
  Result<std::vector<Import>> open_ones() override;
  std::vector<SealedRow> seal(std::span<const ImportRow> rows, UtcTime now) const override;
  Result<RowsAdded> add(const ImportId& id, std::span<const SealedRow> rows, UtcTime now) override;
  Result<void> spoil(const ImportId& id, UtcTime now) override;
  Result<void> commit(const ImportId& id, UtcTime now, UtcTime letters_expire) override;
  Result<void> abandon(const ImportId& id) override;
  Result<bool> has_work(UtcTime untouched_since) override;
  Result<int> settle(int rows) override;
  Result<void> settle_person(std::string_view ahv_index) override;
  Result<int> forget(int rows) override;

 private:
  SealedRow sealed(const ImportRow& numbered, UtcTime now) const;
  Result<bool> add_row(std::int64_t import, const SealedRow& row);
  Result<bool> is_there(std::int64_t import, const SealedRow& row);
  Result<std::vector<RowClash>> clashes_of(std::int64_t import, std::span<const SealedRow> rows);
  Result<RowClash> look_at(std::int64_t import, RowClash clash);

  StoreContext context_;
};

}  // namespace portal
