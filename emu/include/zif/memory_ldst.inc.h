/*
 * Template: one family of loads and stores (CONTRACT L1-L42). Include with SUFFIX, ARG1 and ARG1_DECL defined; undefines them.
 * No include guard: included once per family. SPDX-License-Identifier: GPL-2.0-or-later
 */
#define ZIF__LD(name, type) type ZIF__GLUE(name, SUFFIX)(ARG1_DECL, hwaddr addr, MemTxAttrs attrs, MemTxResult * result)
#define ZIF__ST(name, type)                                                                                            \
    void ZIF__GLUE(name, SUFFIX)(ARG1_DECL, hwaddr addr, type val, MemTxAttrs attrs, MemTxResult * result)

ZIF__LD(address_space_ldub, uint32_t);
ZIF__LD(address_space_lduw_le, uint32_t);
ZIF__LD(address_space_lduw_be, uint32_t);
ZIF__LD(address_space_ldl_le, uint32_t);
ZIF__LD(address_space_ldl_be, uint32_t);
ZIF__LD(address_space_ldq_le, uint64_t);
ZIF__LD(address_space_ldq_be, uint64_t);
ZIF__ST(address_space_stb, uint32_t);
ZIF__ST(address_space_stw_le, uint32_t);
ZIF__ST(address_space_stw_be, uint32_t);
ZIF__ST(address_space_stl_le, uint32_t);
ZIF__ST(address_space_stl_be, uint32_t);
ZIF__ST(address_space_stq_le, uint64_t);
ZIF__ST(address_space_stq_be, uint64_t);
/* guest order */
ZIF__LD(address_space_lduw, uint32_t);
ZIF__LD(address_space_ldl, uint32_t);
ZIF__LD(address_space_ldq, uint64_t);
ZIF__ST(address_space_stw, uint32_t);
ZIF__ST(address_space_stl, uint32_t);
ZIF__ST(address_space_stq, uint64_t);
ZIF__ST(address_space_stl_notdirty, uint32_t);

#undef ZIF__LD
#undef ZIF__ST
#undef SUFFIX
#undef ARG1
#undef ARG1_DECL
