/*
 * The engine's functions that the fast CPU memory port replaces or calls, as they are in Unicorn 2.0.1 for x86-64. Handles
 * are opaque. Those with __real_ are replaced at link time: the list is also in CMakeLists.txt.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_PORT_FAST_H
#define ZIF_CPU_PORT_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
/* Declares what the linker calls the original, and ours. */
#define ZIF_WRAPPED(result, name, ...)                                                                                 \
    result __real_##name(__VA_ARGS__);                                                                                 \
    result __wrap_##name(__VA_ARGS__)

typedef uint64_t LoadFn(void *env, uint32_t addr, uint32_t oi, uintptr_t where);
typedef void StoreFn(void *env, uint32_t addr, uint64_t value, uint32_t oi, uintptr_t where);

ZIF_WRAPPED(uint64_t, helper_ret_ldub_mmu_arm, void *env, uint32_t addr, uint32_t oi, uintptr_t where);
ZIF_WRAPPED(uint64_t, helper_le_lduw_mmu_arm, void *env, uint32_t addr, uint32_t oi, uintptr_t where);
ZIF_WRAPPED(uint64_t, helper_le_ldul_mmu_arm, void *env, uint32_t addr, uint32_t oi, uintptr_t where);
ZIF_WRAPPED(uint64_t, helper_le_ldq_mmu_arm, void *env, uint32_t addr, uint32_t oi, uintptr_t where);
/* The originals of these return nothing. */
ZIF_WRAPPED(uintptr_t, helper_ret_stb_mmu_arm, void *env, uint32_t addr, uint8_t value, uint32_t oi, uintptr_t where);
ZIF_WRAPPED(uintptr_t, helper_le_stw_mmu_arm, void *env, uint32_t addr, uint16_t value, uint32_t oi, uintptr_t where);
ZIF_WRAPPED(uintptr_t, helper_le_stl_mmu_arm, void *env, uint32_t addr, uint32_t value, uint32_t oi, uintptr_t where);
ZIF_WRAPPED(uintptr_t, helper_le_stq_mmu_arm, void *env, uint32_t addr, uint64_t value, uint32_t oi, uintptr_t where);
ZIF_WRAPPED(bool, arm_cpu_tlb_fill_arm, void *cpu, uint64_t address, int size, int kind, int mmu_idx, bool probe,
            uintptr_t where);
ZIF_WRAPPED(void, cpu_get_tb_cpu_state_arm, void *env, uint32_t *pc, uint32_t *cs_base, uint32_t *flags);
ZIF_WRAPPED(void, translator_loop_arm, const void *ops, void *t, void *cpu, void *block, int max_insns);
ZIF_WRAPPED(void, tcg_func_start_arm, void *tcg);
ZIF_WRAPPED(int, tcg_gen_code_arm, void *tcg, void *block);
ZIF_WRAPPED(void, tcg_region_reset_all_arm, void *tcg);
ZIF_WRAPPED(void *, gen_new_label_arm, void *tcg);
ZIF_WRAPPED(void, tcg_gen_op1_arm, void *tcg, int op, uintptr_t arg);
ZIF_WRAPPED(void, tcg_gen_qemu_ld_i32_arm, void *tcg, uintptr_t value, uintptr_t addr, uintptr_t index, uint32_t memop);
ZIF_WRAPPED(void, tcg_gen_qemu_st_i32_arm, void *tcg, uintptr_t value, uintptr_t addr, uintptr_t index, uint32_t memop);
ZIF_WRAPPED(void, tcg_gen_qemu_ld_i64_arm, void *tcg, uintptr_t value, uintptr_t addr, uintptr_t index, uint32_t memop);
ZIF_WRAPPED(void, tcg_gen_qemu_st_i64_arm, void *tcg, uintptr_t value, uintptr_t addr, uintptr_t index, uint32_t memop);
ZIF_WRAPPED(void, helper_uc_tracecode, int32_t size, int32_t what, void *handle, int64_t address);
ZIF_WRAPPED(void, helper_exception_with_syndrome_arm, void *env, uint32_t number, uint32_t syndrome, uint32_t level);
ZIF_WRAPPED(void, helper_exception_internal_arm, void *env, uint32_t number);
ZIF_WRAPPED(void, qht_init, void *table, void *compare, size_t entries, unsigned mode);
ZIF_WRAPPED(void *, qemu_ram_alloc_from_ptr_arm, void *uc, uint64_t size, void *host, void *region);
#pragma GCC diagnostic pop

int cpu_exec_arm(void *uc, void *cpu);
void *tcg_tb_lookup_arm(void *tcg, uintptr_t where);
_Noreturn void cpu_loop_exit_arm(void *cpu);
void arm_rebuild_hflags_arm(void *env);
void tlb_set_page_with_attrs_arm(void *cpu, uint32_t addr, uint64_t paddr, uint32_t attrs, int rights, int mmu_idx,
                                 uint32_t size);
void tlb_set_dirty_arm(void *cpu, uint32_t addr);
void tlb_flush_arm(void *cpu);
void tlb_flush_page_arm(void *cpu, uint32_t addr);
void tb_invalidate_phys_range_arm(void *uc, uint64_t from, uint64_t to);
void *tcg_temp_new_internal_arm(void *tcg, int type, bool local);
void tcg_temp_free_internal_arm(void *tcg, void *temporary);
void *tcg_emit_op_arm(void *tcg, int op);
void tcg_op_remove_arm(void *tcg, void *op);
void tcg_gen_brcondi_i32_arm(void *tcg, int cond, uintptr_t value, int32_t with, void *label);
uintptr_t tcg_const_i32_arm(void *tcg, int32_t value);
uintptr_t tcg_const_i64_arm(void *tcg, int64_t value);
void tcg_gen_callN_arm(void *tcg, void *fn, void *result, int count, void **args);
void tcg_gen_exit_tb_arm(void *tcg, void *block, unsigned index);

#endif
