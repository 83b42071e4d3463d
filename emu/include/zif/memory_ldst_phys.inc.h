/*
 * Template: the short forms with unspecified attributes and no result (CONTRACT L55-L94). Include with SUFFIX, ARG1 and
 * ARG1_DECL defined; undefines them. No include guard. SPDX-License-Identifier: GPL-2.0-or-later
 */
#define ZIF__LD(type, name, op)                                                                                        \
    static inline type ZIF__GLUE(name, SUFFIX)(ARG1_DECL, hwaddr addr)                                                 \
    {                                                                                                                  \
        return ZIF__GLUE(address_space_##op, SUFFIX)(ARG1, addr, MEMTXATTRS_UNSPECIFIED, NULL);                        \
    }
#define ZIF__ST(type, name, op)                                                                                        \
    static inline void ZIF__GLUE(name, SUFFIX)(ARG1_DECL, hwaddr addr, type val)                                       \
    {                                                                                                                  \
        ZIF__GLUE(address_space_##op, SUFFIX)(ARG1, addr, val, MEMTXATTRS_UNSPECIFIED, NULL);                          \
    }

ZIF__LD(uint32_t, ldub_phys, ldub)
ZIF__LD(uint32_t, lduw_le_phys, lduw_le)
ZIF__LD(uint32_t, lduw_be_phys, lduw_be)
ZIF__LD(uint32_t, ldl_le_phys, ldl_le)
ZIF__LD(uint32_t, ldl_be_phys, ldl_be)
ZIF__LD(uint64_t, ldq_le_phys, ldq_le)
ZIF__LD(uint64_t, ldq_be_phys, ldq_be)
ZIF__ST(uint32_t, stb_phys, stb)
ZIF__ST(uint32_t, stw_le_phys, stw_le)
ZIF__ST(uint32_t, stw_be_phys, stw_be)
ZIF__ST(uint32_t, stl_le_phys, stl_le)
ZIF__ST(uint32_t, stl_be_phys, stl_be)
ZIF__ST(uint64_t, stq_le_phys, stq_le)
ZIF__ST(uint64_t, stq_be_phys, stq_be)
/* guest order */
ZIF__LD(uint32_t, lduw_phys, lduw)
ZIF__LD(uint32_t, ldl_phys, ldl)
ZIF__LD(uint64_t, ldq_phys, ldq)
ZIF__ST(uint32_t, stw_phys, stw)
ZIF__ST(uint32_t, stl_phys, stl)
ZIF__ST(uint64_t, stq_phys, stq)

#undef ZIF__LD
#undef ZIF__ST
#undef SUFFIX
#undef ARG1
#undef ARG1_DECL
